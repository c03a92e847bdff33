// SPDX-License-Identifier: Apache-2.0

import CoAP
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

    @Test("A size of blocks that there is not")
    func blockSize() async throws {
        let result = try await ToolProcess.run(.get, ["--block-size", "100", "coap://127.0.0.1:1/x"])
        #expect(result.status == 64 && result.complainsOnce && result.errors.contains("1024"), "\(result.transcript)")
    }
}
