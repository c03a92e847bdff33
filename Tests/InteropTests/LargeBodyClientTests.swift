// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

/// Other people's clients move bodies of many blocks both ways (RFC 7959).
@Suite("Large bodies with our server", .needs(.coapClientOpenSSL, .coapClientGnuTLS, .coapClientNoTLS, .openssl))
struct LargeBodyClientTests {
    private static let text = String((0..<2_500).map { "line \($0) of a body\n" }.joined())

    private static func router() -> Router {
        let router = TestServer.router()
        router.get("large") { _, _ in text }
        router.get("streamed") { _, _ in
            let bytes = Array(text.utf8)
            return Response(
                stream: BodyStream(size: bytes.count) { offset, count in
                    await Task.yield()
                    return Array(bytes.dropFirst(offset).prefix(count))
                }, contentFormat: .text)
        }
        router.upload(.put, "length") { _, _, body in
            var length = 0
            for try await piece in body { length += piece.count }
            return Response(.changed, text: "\(length)")
        }
        return router
    }

    @Test("libcoap's read", arguments: LibcoapClient.all, ["large", "streamed"])
    func read(client: LibcoapClient, path: String) async throws {
        let folder = try TemporaryFolder()
        let file = folder.path("body")
        try await TestServer.with(client.mode, router: Self.router()) { uri in
            for size in client.mode == .plain ? ["1024", "64"] : ["1024"] {
                let answer = try await client.request("get", "\(uri)/\(path)", ["-o", file, "-b", size])
                let body = try TemporaryFolder.read(file)
                #expect(String(decoding: body, as: UTF8.self) == Self.text, "\(answer.result.transcript.suffix(2_000))")
            }
        }
    }

    @Test("libcoap's write", arguments: LibcoapClient.all)
    func write(client: LibcoapClient) async throws {
        let folder = try TemporaryFolder()
        let (file, back) = (folder.path("body"), folder.path("back"))
        try folder.write(Self.text, to: "body")
        try await TestServer.with(client.mode, router: Self.router()) { uri in
            // libcoap's client prints each block of an answer to a body in blocks, and fetches the rest.
            let length = try await client.request("put", "\(uri)/length", ["-f", file, "-b", "512"])
            #expect(length.code == "2.04", "\(length)")
            #expect(length.text == "\(Self.text.utf8.count)", "\(length.result.transcript.suffix(2_000))")
            let echo = try await client.request(
                "put", "\(uri)/echo", ["-f", file, "-b", "1024", "-o", back, "-t", "0"])
            let body = try TemporaryFolder.read(back)
            #expect(String(decoding: body, as: UTF8.self) == Self.text, "\(echo.result.transcript.suffix(2_000))")
        }
    }

    @Test("aiocoap's read and write", .needs(.aiocoap), arguments: [SecurityMode.plain, .key])
    func aiocoap(mode: SecurityMode) async throws {
        let key = mode == .key ? TestKey.pair : nil
        try await TestServer.with(mode == .key ? .preSharedKeys(try TestKey.table()) : nil, router: Self.router()) {
            uri in
            for path in ["large", "streamed"] {
                let read = try await AiocoapAnswer.request("get", "\(uri)/\(path)", key: key)
                #expect(read.text == Self.text, "\(read.code ?? "") \(read.message ?? "")")
            }
            for (method, path) in [("put", "echo"), ("post", "echo"), ("put", "length")] {
                let body = String(Self.text.prefix(9_000))
                let answer = try await AiocoapAnswer.request(
                    method, "\(uri)/\(path)", key: key, ["--payload", body, "--content-format", "0"])
                #expect(answer.code == "2.04", "\(answer.message ?? "")")
                #expect(answer.text == (path == "echo" ? body : "\(body.utf8.count)"))
            }
        }
    }
}
