// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@testable import CoAPCommandLine

@Suite("The lines that coap-server offers")
struct ServerHintsTests {
    private let uri = CoAPURI(scheme: .coaps, host: "::", port: 7)

    private func lines(_ folder: TemporaryFolder) -> [String] {
        ServerHints.text(for: uri, ServerHints(KeyFolder(path: folder.path("keys")))).split(separator: "\n")
            .map(String.init)
    }

    @Test("The first identity that can be typed; other clients get its key if that is text")
    func identity() throws {
        let folder = try TemporaryFolder()
        _ = try KeyFolder(path: folder.path("keys")).initialize()
        let keys = "--keys \(folder.path("keys"))"
        #expect(
            lines(folder) == [
                "  coap-get --identity device-1 \(keys) coaps://localhost:7/sensors/temperature",
                "  coap-put --identity device-1 \(keys) -e on coaps://localhost:7/actuators/led",
                "  coap-client-openssl -m get -u device-1 -k \"$(coap keys show device-1 \(keys))\" "
                    + "coaps://localhost:7/sensors/temperature",
            ])
        let entries =
            #"[{"identity": "-x", "key": "0011223344556677"}, {"identity": "a b", "key": "0011223344556677"}]"#
        try folder.write(entries.utf8, to: "keys/psk.json")
        #expect(
            lines(folder) == [
                "  coap-get --identity 'a b' \(keys) coaps://localhost:7/sensors/temperature",
                "  coap-put --identity 'a b' \(keys) -e on coaps://localhost:7/actuators/led",
            ])
    }

    @Test("A certificate where there is no key; else how to add a device")
    func certificate() throws {
        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        _ = try keys.initialize()
        try folder.write("[]".utf8, to: "keys/psk.json")
        let files = "-c \(keys.certificatePath(ofDevice: "device-1")) -j \(keys.keyPath(ofDevice: "device-1"))"
        let expected = "  coap-get \(files) -C \(keys.certificateAuthorityPath) coaps://localhost:7/sensors/temperature"
        #expect(lines(folder).first == expected)
        try FileManager.default.removeItem(atPath: keys.keyPath(ofDevice: "device-1"))
        #expect(
            lines(folder)
                == ["  no device has a key or certificate here; add one with: coap keys add NAME --keys \(keys.path)"])
    }

    @Test(
        "The lines of the plugtest work when they are pasted", .timeLimit(.minutes(5)),
        arguments: [
            ["coaps://127.0.0.1:0", "coap://127.0.0.1:0"], ["coap://[::1]:0"], ["coaps://[::1]:0"],
            ["coap://0.0.0.0:0", "coaps://0.0.0.0:0"],
        ])
    func plugtest(listen: [String]) async throws {
        try await RunningServer.with(listen: listen, arguments: ["--scenario", "plugtest"]) { server in
            let started = await server.process.output { $0.contains("  coap conformance ") }
            let lines = started.output.split(separator: "\n").filter { $0.hasPrefix("  ") }.map(String.init)
            let (gets, others) = (lines.filter { $0.contains("/test") }, lines.filter { !$0.contains("/test") })
            // One for each client and endpoint, and one for all cases.
            #expect(gets.count >= listen.count && others.count == 1, "\(started.transcript)")
            #expect(others[0].contains("--secure-port") == (listen.count == 2))
            let path = Tool.coap.url.deletingLastPathComponent().path
            for line in gets.filter({ $0.contains("coap-get") }) + others {
                let isSuite = !line.contains("/test")
                let result = try await ToolProcess.run(
                    .shell, ["-c", "PATH=\(path):$PATH;" + line + (isSuite ? " --tests CORE_01 CORE_02" : "")])
                #expect(result.status == 0 && !result.output.isEmpty, "\(line): \(result.transcript)")
            }
        }
    }
}
