// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import SenML
import Testing

/// A `coap-server` on free ports with a keys folder of its own.
struct RunningServer: Sendable {
    let process: ToolProcess
    let folder: TemporaryFolder
    /// Where it listens, `coaps://…` and `coap://…`, in the order asked for.
    let authorities: [String]

    /// The keys folder.
    var keys: String { folder.path("keys") }

    /// The first secure address with a path.
    func coaps(_ path: String = "") -> String { uri("coaps://", path) }

    /// The first plain address with a path.
    func coap(_ path: String = "") -> String { uri("coap://", path) }

    private func uri(_ scheme: String, _ path: String) -> String {
        (authorities.first { $0.hasPrefix(scheme) } ?? scheme) + path
    }

    /// What makes a client use the first device's key.
    var identity: [String] { ["--identity", "device-1", "--keys", keys] }

    /// What makes a client use the first device's certificate.
    var certificate: [String] {
        let folder = KeyFolder(path: keys)
        return [
            "-c", folder.certificatePath(ofDevice: "device-1"), "-j", folder.keyPath(ofDevice: "device-1"),
            "-C", folder.certificateAuthorityPath,
        ]
    }

    /// Starts a server, with further arguments perhaps, and waits until it listens.
    ///
    /// - Parameter given: the folder it has; a new one without it.
    init(
        listen: [String] = ["coaps://127.0.0.1:0", "coap://127.0.0.1:0"], arguments: [String] = [],
        folder given: TemporaryFolder? = nil
    ) async throws {
        folder = try given ?? TemporaryFolder()
        process = try ToolProcess(
            .server, listen.flatMap { ["--listen", $0] } + ["--keys", folder.path("keys")] + arguments,
            folder: folder.path)
        let mark = "listening on "
        func announced(_ output: String) -> [String] {
            output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().filter { $0.hasPrefix(mark) }
                .map { String($0.dropFirst(mark.count)) }
        }
        let started = await process.output { announced($0).count >= listen.count }
        authorities = announced(started.output)
        try #require(authorities.count == listen.count, "\(started.transcript)")
    }

    /// The digits of every key of the folder.
    func keyDigits() throws -> [String] {
        // A plain server has no keys folder.
        guard authorities.contains(where: { $0.hasPrefix("coaps://") }) else { return [] }
        guard case .array(let entries) = try JSONParser.parse(try folder.read("keys/psk.json")) else { return [] }
        return entries.compactMap { if case .string(let digits)? = $0["key"] { digits } else { nil } }
    }

    /// Stops the server, and fails the test if it does not stop as it should or has shown a key.
    @discardableResult
    func stop() async throws -> ToolResult {
        process.terminate()
        let result = await process.end()
        #expect(result.status == 0, "\(result.transcript)")
        #expect(result.output.hasSuffix("stopped\n"))
        for digits in try keyDigits() { #expect(!result.transcript.contains(digits)) }
        return result
    }

    /// Runs a closure beside a server.
    static func with(
        listen: [String] = ["coaps://127.0.0.1:0", "coap://127.0.0.1:0"], arguments: [String] = [],
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        let server = try await RunningServer(listen: listen, arguments: arguments)
        try await body(server)
        try await server.stop()
    }
}
