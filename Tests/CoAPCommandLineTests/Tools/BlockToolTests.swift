// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

@Suite("Bodies in blocks on the command line")
struct BlockToolTests {
    private static let body = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    @Test("-o takes a body of any size, and a file stays as it is when the body does not come whole")
    func output() async throws {
        let socket = try BlockSocket(Self.body)
        let server = "coap://127.0.0.1:\(socket.port)"
        let folder = try TemporaryFolder()
        let file = try folder.write("old".utf8, to: "file")
        let failed = try await ToolProcess.run(.get, ["-o", file, "\(server)/changing"])
        #expect(failed.status != 0 && failed.complainsOnce, "\(failed.transcript)")
        #expect(try folder.read("file") == Array("old".utf8))
        for size in ["16", "1024"] {
            let got = try await ToolProcess.run(.get, ["--block-size", size, "-o", file, "\(server)/big"])
            #expect(got.transcript == "status 0\n\n", "\(got.transcript)")
            #expect(try folder.read("file") == Self.body)
        }
        let piped = try await ToolProcess.run(.get, ["--raw", "\(server)/big"])
        #expect(piped.status == 0 && piped.outputBytes == Self.body)
        let streamed = try await ToolProcess.run(.get, ["-o", "-", "\(server)/big"])
        #expect(streamed.status == 0 && streamed.outputBytes == Self.body)
        let sent = try folder.write(Self.body, to: "sent")
        let put = try await ToolProcess.run(.put, ["-f", sent, "\(server)/x"])
        #expect(put.status == 0 && socket.taken == Self.body, "\(put.transcript)")
        let long = [UInt8](repeating: 7, count: (1 << 20) + 1)
        let streamedPut = try await ToolProcess.run(.put, ["-f", try folder.write(long, to: "long"), "\(server)/x"])
        #expect(streamedPut.status == 0 && socket.taken == long, "\(streamedPut.transcript)")
    }

    @Test("An error whose diagnostic needs several blocks is shown whole, and leaves no file")
    func longDiagnostic() async throws {
        let words = (0..<500).map { "w\($0 % 10)abc " }.joined()
        let socket = try BlockSocket(Array(words.utf8))
        let uri = "coap://127.0.0.1:\(socket.port)/bad"
        let folder = try TemporaryFolder()
        for size in ["64", "1024"] {
            let result = try await ToolProcess.run(.get, ["--block-size", size, "-o", folder.path("file"), uri])
            #expect(result.status == 4 && result.complainsOnce && result.output.isEmpty, "\(result.transcript)")
            #expect(words.utf8.count == 3_000 && result.errors.hasSuffix(": \(words)\n"), "\(result.transcript)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
        let piped = try await ToolProcess.run(.get, ["-o", "-", uri])
        #expect(piped.status == 4 && piped.output.isEmpty && piped.errors.hasSuffix(": \(words)\n"))
        // A file that was there stays as it was.
        let file = try folder.write("old".utf8, to: "old")
        let kept = try await ToolProcess.run(.get, ["-o", file, uri])
        #expect(kept.status == 4 && kept.complainsOnce)
        #expect(try folder.read("old") == Array("old".utf8))
    }

    @Test("A size of blocks that there is not")
    func blockSize() async throws {
        let result = try await ToolProcess.run(.get, ["--block-size", "100", "coap://127.0.0.1:1/x"])
        #expect(result.status == 64 && result.complainsOnce && result.errors.contains("1024"), "\(result.transcript)")
    }
}
