// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Foundation
import Testing

@Suite("coap keys show and init --host")
struct KeyShowTests {
    @Test("The key as text and as digits; either is taken by -k, --psk-file and a pipe")
    func show() async throws {
        try await RunningServer.with { server in
            func show(_ arguments: [String]) async throws -> String {
                let result = try await ToolProcess.run(.coap, ["keys", "show", "--keys", server.keys] + arguments)
                #expect(result.status == 0 && result.errors.isEmpty && result.output.hasSuffix("\n"))
                return String(result.output.dropLast())
            }
            let text = try await show(["device-1"])
            let digits = try await show(["--hex", "device-1"])
            #expect(try server.keyDigits() == [digits] && text.count == 16)
            let led = server.coaps("/actuators/led")
            for key in [text, "hex:" + digits, "HEX:" + digits.uppercased()] {
                let given = try await ToolProcess.run(.get, ["-u", "device-1", "-k", key, led])
                #expect(given.status == 0 && given.output == "off\n", "\(given.transcript)")
                for input in ["-", "/dev/stdin"] {
                    let piped = try await ToolProcess.run(
                        .get, ["-u", "device-1", "--psk-file", input, led], input: Array((key + "\n").utf8))
                    #expect(piped.status == 0 && piped.output == "off\n", "\(piped.transcript)")
                }
            }
            let twice = try await ToolProcess.run(
                .put, ["-u", "device-1", "--psk-file", "-", "-f", "-", led], input: Array(text.utf8))
            #expect(twice.status == 64 && twice.complainsOnce, "\(twice.transcript)")

            let bare = try await ToolProcess.run(.get, ["-B", "2", "-u", "device-1", "-k", digits, led])
            #expect(bare.status == 77 && bare.complainsOnce && bare.errors.contains("write 'hex:' before them"))
            #expect(!bare.transcript.contains(digits))
        }
    }

    @Test("A key that is no text, an identity without one")
    func refused() async throws {
        let folder = try TemporaryFolder()
        try await ToolProcess.run(.coap, ["keys", "init"], folder: folder.path).expectSuccess()
        try folder.write(#"[{"identity": "raw", "key": "00ff00ff00ff00ff"}]"#.utf8, to: "keys/psk.json")
        let raw = try await ToolProcess.run(.coap, ["keys", "show", "raw"], folder: folder.path)
        #expect(raw.status == 65 && raw.output.isEmpty && raw.complainsOnce, "\(raw.transcript)")
        #expect(raw.errors.contains("coap keys show --hex raw") && !raw.errors.contains("00ff"))
        let hex = try await ToolProcess.run(.coap, ["keys", "show", "raw", "--hex"], folder: folder.path)
        #expect(hex.output == "00ff00ff00ff00ff\n")
        let none = try await ToolProcess.run(.coap, ["keys", "show", "nobody"], folder: folder.path)
        #expect(none.status == 65 && none.output.isEmpty && none.errors.contains("there are keys for: raw"))
    }

    @Test("The server's names, and a certificate that was there without them")
    func hosts() async throws {
        let folder = try TemporaryFolder()
        let hosts = ["keys", "init", "--host", "Gateway.example", "--host", "2001:DB8::0:7"]
        try await ToolProcess.run(.coap, hosts, folder: folder.path).expectSuccess()
        let again = try await ToolProcess.run(.coap, hosts, folder: folder.path)
        #expect(again.status == 0 && again.errors.isEmpty, "\(again.transcript)")
        let other = try await ToolProcess.run(
            .coap, ["keys", "init", "--host", "gateway.example", "--host", "other.example"], folder: folder.path)
        #expect(other.status == 65 && other.complainsOnce, "\(other.transcript)")
        #expect(
            other.errors.contains("is not for other.example; make a new one with: coap keys rotate --server --host "))
        let bad = try await ToolProcess.run(.coap, ["keys", "init", "--host", "a b"], folder: folder.path)
        #expect(bad.status == 64 && bad.complainsOnce, "\(bad.transcript)")
    }

    @Test("No folder name is not the working directory; COAP_KEYS names another one")
    func folders() async throws {
        let folder = try TemporaryFolder()
        let empty = try await ToolProcess.run(.coap, ["keys", "init", "--keys", ""], folder: folder.path)
        #expect(empty.status == 64 && empty.complainsOnce, "\(empty.transcript)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        let named = try await ToolProcess.run(
            .coap, ["keys", "init"], environment: ["COAP_KEYS": "mine"], folder: folder.path)
        #expect(named.status == 0, "\(named.transcript)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["mine"])
    }

    @Test("An expired certificate is marked")
    func expired() async throws {
        let folder = try TemporaryFolder()
        try await ToolProcess.run(.coap, ["keys", "init"], folder: folder.path).expectSuccess()
        let authority = try CertificateAuthority()
        var contents = CertificateAuthority.Contents(name: "device-1", role: .client, validFor: 3600)
        contents.notBefore -= 200_000
        contents.notAfter = contents.notBefore + 1000
        try folder.write(try authority.issue(contents).certificatePEM, to: "keys/devices/device-1.pem")
        let list = try await ToolProcess.run(.coap, ["keys", "list"], folder: folder.path)
        #expect(
            list.status == 0 && list.output.contains("device-1  certificate  20")
                && list.output.contains("  expired\n"), "\(list.transcript)")
    }
}
