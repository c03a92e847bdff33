// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

/// Bodies of up to 100 KiB between our client and other people's servers (RFC 7959).
@Suite("Our client's bodies in blocks", .timeLimit(.minutes(10)))
struct BlockwiseClientTests {
    private static let body = (0..<102_400).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    /// What libcoap's server has time for in blocks of 64 bytes: it forgets an upload 93 s after its first block.
    private static let small = Array(body.prefix(12_800))

    /// The settings of a client that takes blocks of a size.
    private static func configuration(_ size: Int) -> ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.blockSize = size
        return configuration
    }

    /// Writes a body and reads it back, in memory and streamed.
    private static func exchange(_ session: ClientSession, _ path: String, _ body: [UInt8] = body) async throws {
        let put = try await session.put(path, body, contentFormat: .octetStream)
        #expect(put.code.isSuccess, "\(put.code) \(put.text)")
        let got = try await session.get(path)
        #expect(got.code == .content && got.payload == body, "\(got.code), \(got.payload.count) bytes")
        let reversed = Array(body.reversed())
        let parts = AsyncStream<[UInt8]> { continuation in
            for start in stride(from: 0, to: reversed.count, by: 5_000) {
                continuation.yield(Array(reversed[start..<min(start + 5_000, reversed.count)]))
            }
            continuation.finish()
        }
        let uploaded = try await session.upload(
            .put, path, contentFormat: .octetStream, size: reversed.count, body: parts)
        #expect(uploaded.code == .changed, "\(uploaded.code) \(uploaded.text)")
        let streamed = try await session.download(path) { response, body in
            #expect(response.code == .content)
            var bytes: [UInt8] = []
            for try await part in body { bytes += part }
            return bytes
        }
        #expect(streamed == reversed, "\(streamed.count) bytes")
    }

    @Test(
        "libcoap", .needs(.coapServerOpenSSL), arguments: [SecurityMode.plain, .key], [1024, 64])
    func libcoap(mode: SecurityMode, size: Int) async throws {
        let security = try await mode.client()
        try await LibcoapServer.with(.coapServerOpenSSL, mode == .key ? ["-k", TestKey.key] : []) { server in
            try await CoAPClient.withSession(
                to: mode == .key ? server.secure : server.plain, security: security,
                configuration: Self.configuration(size)
            ) { session in try await Self.exchange(session, "blocks", size == 64 ? Self.small : Self.body) }
        }
    }

    @Test("aiocoap", .needs(.aiocoap), arguments: [SecurityMode.plain, .key], [1024, 256])
    func aiocoap(mode: SecurityMode, size: Int) async throws {
        let security = try await mode.client()
        try await AiocoapServer.with(key: mode == .key ? TestKey.pair : nil) { uri in
            try await CoAPClient.withSession(to: uri, security: security, configuration: Self.configuration(size)) {
                session in
                try await Self.exchange(session, "store")
                let large = try await session.get("large")
                #expect(large.payload == (0..<5_000).map { UInt8($0 % 251) })
                let echo = try await session.post("echo", Self.body, contentFormat: .octetStream)
                #expect(echo.payload == Self.body, "a body in blocks each way")
                let fetched = try await session.fetch("echo", Self.body, contentFormat: .octetStream)
                #expect(fetched.payload == Self.body)
            }
        }
    }
}
