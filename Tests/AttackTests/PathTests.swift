// SPDX-License-Identifier: Apache-2.0

import CoAP
import TestSupport
import Testing

@Suite("Tricks with paths", .timeLimit(.minutes(15)))
struct PathTests {
    /// Paths whose secret somebody might find who may see what begins with `public` only; the first is the secret itself.
    private static let paths: [[[UInt8]]] = [
        segments("secret", "x"), segments("secret"), segments("Secret"), segments("secret", ""),
        segments("", "secret", "x"), segments("public", "..", "secret", "x"), segments("..", "secret", "x"),
        segments(".", "secret", "x"), segments("public", ".", "..", "secret", "x"), segments("public/../secret/x"),
        segments("public/..", "secret", "x"), segments("public", "../secret/x"), segments("public%2F..%2Fsecret%2Fx"),
        segments("public%2f%2e%2e%2fsecret"), segments("public", "%2e%2e", "secret", "x"), segments("%73ecret", "x"),
        segments("sec%72et"), segments("secret%2Fx"), segments("/secret/x"), segments("/secret"), segments("secret/x"),
        segments("secret/"), segments("secret ", "x"), segments("secret\u{0}", "x"), segments("public\u{0}", "x"),
        segments("secret", "x", "..", "..", "public"), segments("public", "", "secret", "x"),
        segments("public\\..\\secret"), segments("public;secret", "x"), segments("public?secret"),
        segments("SECRET", "x"),
        segments("secret\u{200B}", "x"), segments("ѕecret", "x"), segments("public", "{name}"), segments("{name}"),
        segments("secret", "{name}"), segments(""), [], segments("", ""), segments("", "", "secret"),
        // A slash, dots and letters in more bytes than they need (RFC 3629 §3), and bytes that are no text.
        [[0xC0, 0xAF] + Array("secret".utf8)], [Array("public".utf8), [0xC0, 0xAE, 0xC0, 0xAE], Array("secret".utf8)],
        [[0xFF, 0xFE] + Array("secret".utf8)], [[0xC1, 0xB3] + Array("ecret".utf8), [0x78]],
        // As long as a segment may be, longer, and many of them (RFC 7252 §5.10).
        [[UInt8](repeating: 0x61, count: 255)], [Array("secret".utf8), [UInt8](repeating: 0x61, count: 255)],
        [Array("secret".utf8), [UInt8](repeating: 0x61, count: 256)], [[UInt8](repeating: 0x61, count: 700)],
        [Array("public".utf8), Array("secret".utf8) + [UInt8](repeating: 0, count: 300)],
        [[UInt8]](repeating: Array("secret".utf8), count: 60), [[UInt8]](repeating: [], count: 200),
        [[UInt8]](repeating: Array("..".utf8), count: 100) + [Array("secret".utf8)],
    ]

    private static func segments(_ all: String...) -> [[UInt8]] { all.map { Array($0.utf8) } }

    /// The path's requests: every method, and with options that name another place.
    private static func requests(_ path: [[UInt8]]) -> [RawRequest] {
        var requests: [RawRequest] = []
        for method: CoAP.Method in [.get, .put, .post, .delete, .fetch] {
            var request = RawRequest(method, payload: method == .get || method == .delete ? [] : [1])
            for segment in path { request.message.options.append(CoAPOption(.uriPath, segment)) }
            requests.append(request)
        }
        // Proxy-Uri, Proxy-Scheme, Uri-Host and Observe.
        for (number, value) in [(35, "coap://127.0.0.1/secret/x"), (39, "coap"), (3, "public"), (6, "")] {
            var request = RawRequest(.get)
            for segment in path { request.message.options.append(CoAPOption(.uriPath, segment)) }
            request.message.options.append(CoAPOption(OptionNumber(rawValue: UInt16(number)), Array(value.utf8)))
            requests.append(request)
        }
        return requests
    }

    /// Tries all of them as a device with a key and, with less patience for answers, without DTLS.
    private static func mount(on target: Target) async throws -> Int {
        let (secure, plain) = (target.secure.port, target.plain.port)
        let key = ClientSecurity.preSharedKey(target.folder.insiderKey)
        return try await AttackSocket.blocking {
            let insider = try SecureAttacker(key, to: secure)
            let stranger = try AttackSocket(to: plain, from: AttackSocket.source(3))
            var tries = 0
            for request in Self.paths.flatMap(Self.requests) {
                insider.send(request.bytes)
                stranger.send(request.bytes)
                tries += 2
                // What is refused is refused at once; a refusal may be a reset, or silence.
                if tries.isMultiple(of: 20) {
                    guard insider.ask(RawRequest(.get, "honest")) != nil else {
                        throw CoAPError(.timeout, "the device's session is gone")
                    }
                }
            }
            return tries
        }
    }

    @Test("No path leads to what the rules keep from a peer")
    func paths() async throws {
        try await AttackBench.run("tricks with paths") { target in
            let tries = try await Self.mount(on: target)
            let gotThrough = AttackBench.secrets(try await target.witness())
            let control = try await Target.with(["--unguarded"]) { open in
                _ = try await Self.mount(on: open)
                return AttackBench.secrets(try await open.witness())
            }
            return AttackBench.Outcome(
                tries: tries, gotThrough: gotThrough, control: ("a server without rules", control))
        }
    }
}
