// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import SenML
import Testing

@testable import DeviceSimulator

@Suite("A device's program", .timeLimit(.minutes(5)))
struct FirmwareTests {
    private static func sum(_ image: [UInt8]) -> String {
        let hasher = BodyHasher()
        hasher.update(image)
        return Hexadecimal.encode(hasher.finish())
    }

    private static let image = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    private static func put(_ bench: HostBench, _ query: String, _ image: [UInt8]) async throws -> Response {
        try await bench.tester.response(.put, "firmware" + query, contentFormat: .octetStream, payload: image)
    }

    private static func version(_ bench: HostBench) async throws -> String {
        let about = try await bench.get("device", accept: .json)
        guard case .string(let version)? = try JSONParser.parse(about.payload)["firmware"] else { return about.text }
        return version
    }

    @Test("An image with its sum is started: the device is away, and comes back with it")
    func good() async throws {
        let bench = HostBench(.thermostat)
        let image = Array(Self.image.prefix(5_000))
        let put = try await Self.put(bench, "?sha256=\(Self.sum(image).uppercased())&version=2.0", image)
        #expect(put.code == .changed && put.text == "5000 bytes, the sum is right; restarts with 2.0")
        let state = try await bench.get("firmware/state")
        #expect(state.text == "rebooting")
        let away = try await bench.get("sensors/temperature")
        #expect(away.code == .serviceUnavailable && away.options.maxAge == 5)
        bench.move(to: 4.9)
        let still = try await bench.get("device")
        #expect(still.code == .serviceUnavailable)
        bench.move(to: 6)
        let back = try await bench.get("sensors/temperature")
        #expect(back.code == .content)
        let version = try await Self.version(bench)
        #expect(version == "2.0")
        let running = try await bench.get("firmware/state", accept: .json)
        #expect(running.text == #"{"state":"running","version":"2.0"}"#)
        let senML = try await bench.get("firmware/state", accept: .senMLJSON)
        #expect(senML.text.contains(#""n":"firmware-state","vs":"running 2.0""#))
    }

    @Test("A wrong sum is 4.00 that shows both, and the old program stays")
    func wrongSum() async throws {
        let bench = HostBench(.thermostat)
        let image = Array(Self.image.prefix(3_000))
        let wrong = Self.sum([1])
        let put = try await Self.put(bench, "?sha256=\(wrong)&version=2.0", image)
        #expect(put.code == .badRequest && put.text.contains(wrong) && put.text.contains(Self.sum(image)))
        let state = try await bench.get("firmware/state")
        #expect(state.text == "idle")
        let version = try await Self.version(bench)
        #expect(version == "1.0")
        // Nothing stands in the way of the right one.
        let again = try await Self.put(bench, "?sha256=\(Self.sum(image))", image)
        #expect(again.code == .changed)
        bench.move(to: 10)
        let named = try await Self.version(bench)
        #expect(named == Self.sum(image).prefix(8))
    }

    @Test("An image that does not start is rolled back, with the reason")
    func rollback() async throws {
        let bench = HostBench(.thermostat)
        let image = FirmwareUpdate.broken + Self.image.prefix(2_000)
        let put = try await Self.put(bench, "?version=3.1&sha256=\(Self.sum(image))", image)
        #expect(put.code == .changed)
        bench.move(to: 5)
        let state = try await bench.get("firmware/state")
        #expect(state.text == "rolled-back to 1.0: 3.1 does not start: the image begins with BAD!")
        let version = try await Self.version(bench)
        #expect(version == "1.0")
    }

    @Test(
        "What makes no sense is 4.00",
        arguments: [
            ("?sha256=abc", "64 hexadecimal digits"), ("?sha256=", "64 hexadecimal digits"),
            ("?version=2.0", "needs its sum"), ("?version=", "1 to 32 characters"), ("?version=a%20b", "1 to 32"),
        ])
    func nonsense(query: String, text: String) async throws {
        let bench = HostBench(.thermostat)
        let put = try await Self.put(bench, query, [1, 2, 3])
        #expect(put.code == .badRequest && put.text.contains(text), "\(put.text)")
        let state = try await bench.get("firmware/state")
        #expect(state.text == "idle")
    }

    @Test("Without an order an image is counted and thrown away")
    func counted() async throws {
        let bench = HostBench(.thermostat)
        let put = try await Self.put(bench, "", Self.image)
        #expect(put.code == .changed && put.text == "300000 bytes")
        let state = try await bench.get("firmware/state")
        #expect(state.text == "idle")
        let image = try await bench.tester.response(.get, "firmware?size=1000")
        #expect(image.code == .content && image.stream?.size == 1_000)
    }

    @Test("In blocks over DTLS, while somebody watches how far it has come")
    func blockwise() async throws {
        let key = try PreSharedKey(identity: "operator", key: Secret("a key of sixteen and more".utf8))
        let bench = HostBench(.thermostat)
        let states = Locked<[String]>([])
        try await Loopback.withServer(
            HostBench.router(bench.host), endpoints: [.coaps("::1", port: 0)],
            security: .preSharedKeys(try PreSharedKeyTable([key]))
        ) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .preSharedKey(key)) { session in
                try await session.observe("firmware/state") { notifications in
                    var iterator = notifications.makeAsyncIterator()
                    var isStarted = false
                    while let state = try await iterator.next() {
                        guard case .value(let value) = state else { continue }
                        let text = value.response.text
                        states.withLock { $0.append(text) }
                        if !isStarted {
                            isStarted = true
                            Task {
                                let query = "?sha256=\(Self.sum(Self.image))&version=2.0"
                                let put = try await session.put(
                                    "firmware\(query)", Self.image, contentFormat: .octetStream)
                                #expect(put.code == .changed && put.text.hasPrefix("300000 bytes"), "\(put.text)")
                                bench.move(to: 6)
                            }
                        }
                        if text == "running 2.0" { break }
                    }
                }
            }
        }
        let seen = states.withLock { $0 }
        #expect(seen.first == "idle" && seen.last == "running 2.0", "\(seen)")
        let shares = seen.compactMap { text -> Int? in
            guard text.hasPrefix("downloading "), text.hasSuffix(" %") else { return nil }
            return Int(text.dropFirst(12).dropLast(2))
        }
        #expect(!shares.isEmpty && shares == shares.sorted(), "\(seen)")
    }

    @Test("A digest of the message does instead of a sum in the query")
    func messageDigest() async throws {
        let bench = HostBench(.thermostat)
        try await Loopback.withServer(HostBench.router(bench.host)) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                let put = try await session.put(
                    "firmware?version=2.0", Array(Self.image.prefix(20_000)), contentFormat: .octetStream,
                    options: [.digest(.sha256)])
                #expect(put.code == .changed && put.text.hasPrefix("20000 bytes"), "\(put.text)")
                bench.move(to: 6)
                let about = try await session.get("device")
                #expect(about.text.contains("firmware: 2.0"))
            }
        }
    }

    @Test("A device that is away for longer than the new program takes does not run it before it is back")
    func awayLonger() async throws {
        let bench = HostBench([DeviceResource(path: "firmware", .firmware)])
        let put = try await bench.tester.response(
            .put, "firmware?sha256=\(Self.sum(Self.image))&version=2.0", contentFormat: .octetStream,
            payload: Self.image)
        #expect(put.code == .changed, "\(put.text)")
        bench.host.devices[0].inject(Fault(.reboot(farewell: false), .at(0), duration: 20))
        bench.move(to: 6)
        let away = try await bench.get("firmware/state")
        #expect(away.text.hasPrefix("rebooting"), "\(away.text)")
        bench.move(to: 21)
        let back = try await bench.get("firmware/state")
        #expect(back.text == "running 2.0")
    }

    @Test("One image at a time")
    func oneAtATime() throws {
        var update = FirmwareUpdate()
        try update.begin(size: 100)
        let error = #expect(throws: ResponseError.self) { try update.begin(size: nil) }
        #expect(error?.code == .conflict)
        #expect(!update.receive(0) && update.receive(50) && !update.receive(50))
        update.abandon()
        #expect(update.phase == .idle)
        try update.begin(size: nil)
        #expect(!update.receive(60_000) && update.receive(70_000))
        update.verify()
        update.restart(with: "2.0", boots: true, at: 100)
        update.abandon()
        #expect(update.phase == .rebooting && update.version == "1.0")
        #expect(!update.advance(to: 104.9) && update.advance(to: 105) && !update.advance(to: 106))
        #expect(update.phase == .running && update.version == "2.0")
    }
}
