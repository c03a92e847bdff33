// SPDX-License-Identifier: Apache-2.0

import CoAP
import TestSupport
import Testing

@Suite("Exhaustion", .timeLimit(.minutes(15)))
struct ExhaustionTests {
    /// What `attack-target` allows, in KiB and in number.
    private static let transferMemory = 8 << 10
    private static let observations = 1_000
    private static let observationsPerPeer = 64

    @Test("Uploads that are begun and not gone on with")
    func uploads() async throws {
        try await AttackBench.run("uploads in blocks, begun and left") { target in
            let before = try await target.witness().residentKilobytes
            let port = target.plain.port
            let (peers, each) = (100, 60)
            try await AttackSocket.blocking {
                for peer in 0..<peers {
                    let socket = try AttackSocket(to: port, from: AttackSocket.source(peer))
                    for upload in 0..<each {
                        for block in 0..<2 {
                            var request = RawRequest(
                                .put, "body", payload: [UInt8](repeating: UInt8(upload), count: 1_024))
                            // A number of the request that no other upload has, and a size that is not what comes.
                            request.message.options.append(
                                CoAPOption(.block1, uint: BlockOption(number: UInt32(block), hasMore: true).rawValue))
                            request.message.options.append(CoAPOption(OptionNumber(rawValue: 60), uint: 1 << 20))
                            request.message.options.append(CoAPOption(OptionNumber(rawValue: 292), [UInt8(upload)]))
                            socket.send(request.bytes)
                            if block == 0 || upload.isMultiple(of: 10) { _ = socket.receive(milliseconds: 200) }
                        }
                    }
                }
            }
            let witness = try await target.witness()
            let peak = witness.residentKilobytes - before
            let isBounded = Sanitizer.isActive || peak < 2 * Self.transferMemory + 8_192
            if !isBounded { Issue.record("the uploads hold \(peak) KiB") }
            let finished = try await target.withOperator { session in
                try await session.put("body", [UInt8](repeating: 1, count: 20_000)).code == .changed ? 1 : 0
            }
            return AttackBench.Outcome(
                tries: 2 * peers * each, gotThrough: witness.runs(of: "PUT /body") + (isBounded ? 0 : 1),
                control: ("an upload that is finished", finished))
        }
    }

    @Test("More observations than a peer, and than all peers, may have")
    func observations() async throws {
        try await AttackBench.run("more observations than are allowed") { target in
            let port = target.plain.port
            let (peers, each) = (30, 100)
            let accepted = try await AttackSocket.blocking {
                try (0..<peers).map { peer in
                    let socket = try AttackSocket(to: port, from: AttackSocket.source(peer))
                    var accepted = 0
                    for _ in 0..<each {
                        var request = RawRequest(.get, "live")
                        request.message.options.observe = 0
                        socket.send(request.bytes)
                        let answer = socket.receive(milliseconds: 5_000).flatMap { Message($0) }
                        if answer?.options.observe != nil { accepted += 1 }
                    }
                    return accepted
                }
            }
            try await target.withOperator { _ = try await $0.post("live") }
            let tooMany =
                accepted.reduce(0) { $0 + max(0, $1 - Self.observationsPerPeer) }
                + max(0, accepted.reduce(0, +) - Self.observations)
            return AttackBench.Outcome(
                tries: peers * each, gotThrough: tooMany, control: ("those within the limits", accepted.reduce(0, +)))
        }
    }
}
