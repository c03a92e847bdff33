// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@Suite("Input that makes no sense: one line that says what, where and what to do")
struct BadInputTests {
    private let uri = "coaps://127.0.0.1:1/x"

    @Test(
        "An unparseable URI",
        arguments: ["", "localhost", "http://localhost/", "coap://", "coap://host:70000/", "coap://h/%zz"])
    func uri(text: String) async throws {
        let result = try await ToolProcess.run(.get, [text])
        #expect(result.status == 64 && result.complainsOnce, "\(result.transcript)")
    }

    @Test("An unknown option, verb and value")
    func usage() async throws {
        for (tool, arguments) in [
            (Tool.get, ["--no-such-option", uri]), (.get, []), (.coap, ["fly", uri]), (.get, ["-B", "soon", uri]),
            (.server, ["--no-such-option"]), (.server, ["--log-level", "loud"]),
        ] {
            let result = try await ToolProcess.run(tool, arguments)
            #expect(result.status == 64 && result.output.isEmpty, "\(result.transcript)")
            #expect(result.complainsOnce && result.errors.contains("--help"), "\(result.transcript)")
        }
        for arguments in [["-B", "0"], ["-A", "poetry"], ["-O", "No-Such-Option=1"], ["-O", "Max-Age=soon"]] {
            let result = try await ToolProcess.run(.get, arguments + ["coap://127.0.0.1:1/x"])
            #expect(result.status == 64 && result.complainsOnce, "\(result.transcript)")
        }
    }

    @Test("Help and version are for the standard output")
    func help() async throws {
        for tool in [Tool.get, .put, .coap, .server] {
            let help = try await ToolProcess.run(tool, ["--help"])
            #expect(help.status == 0 && help.errors.isEmpty && help.output.contains("USAGE: \(tool.rawValue)"))
            let version = try await ToolProcess.run(tool, ["--version"])
            #expect(version.status == 0 && version.output.contains("0.1"), "\(version.transcript)")
        }
    }

    @Test("Credentials that are missing, contradict each other or are not used")
    func credentials() async throws {
        for (arguments, text) in [
            ([uri], "--identity"), (["-u", "a", uri], "--psk-file"), (["-k", "b", uri], "-u"),
            (["-u", "a", "-k", "b", "-C", "c", uri], "several kinds"),
            (["-u", "a", "-k", "b", "coap://127.0.0.1:1/x"], "coaps://"),
        ] {
            let result = try await ToolProcess.run(.get, arguments)
            #expect(result.status == 64 && result.complainsOnce, "\(result.transcript)")
            #expect(result.errors.contains(text), "\(result.transcript)")
        }
    }

    @Test("A put without a body, with two bodies, with a body that cannot be read")
    func body() async throws {
        let folder = try TemporaryFolder()
        for (arguments, status, text) in [
            ([], Int32(64), "-e TEXT"), (["-e", "a", "-f", "b"], 64, "two bodies"),
            (["-f", folder.path("none")], 66, folder.path("none")), (["-f", folder.path], 66, folder.path),
        ] {
            let result = try await ToolProcess.run(.put, arguments + ["coap://127.0.0.1:1/x"])
            #expect(result.status == status && result.complainsOnce, "\(result.transcript)")
            #expect(result.errors.contains(text), "\(result.transcript)")
        }
    }

    @Test("A body that the server does not want, in memory and streamed")
    func largeBody() async throws {
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"]) { server in
            for size in [70_000, (1 << 20) + 1] {
                let file = try server.folder.write([UInt8](repeating: 65, count: size), to: "large")
                let result = try await ToolProcess.run(.put, ["-f", file, server.coap("/actuators/led")])
                #expect(result.status == 4 && result.complainsOnce, "\(result.transcript)")
            }
            let read = try await ToolProcess.run(.get, [server.coap("/actuators/led")])
            #expect(read.output == "off\n", "\(read.transcript)")
        }
    }

    @Test("Files with secrets: missing, readable by others, not what they should be")
    func credentialFiles() async throws {
        let folder = try TemporaryFolder()
        let authority = try CertificateAuthority()
        let ca = try folder.write(try authority.certificatePEM(), to: "ca.pem")
        func pair(_ name: String, expired: Bool = false) throws -> (certificate: String, key: String) {
            var contents = CertificateAuthority.Contents(name: name, role: .client, validFor: 3600)
            if expired {
                contents.notBefore -= 200_000
                contents.notAfter = contents.notBefore + 1000
            }
            let made = try authority.issue(contents)
            return (
                try folder.write(made.certificatePEM, to: "\(name).pem"),
                try folder.write(made.keyPEM.withBytes { Array($0) }, to: "\(name).key")
            )
        }
        let (first, second, late) = (try pair("first"), try pair("second"), try pair("late", expired: true))
        let open = try folder.write("a key".utf8, to: "open", permissions: 0o644)
        let junk = try folder.write("no PEM at all".utf8, to: "junk")
        let cases: [([String], Int32, [String])] = [
            (["-u", "a", "--psk-file", open], 66, ["chmod 600 \(open)"]),
            (["-u", "a", "--psk-file", folder.path("none")], 66, [folder.path("none"), "no such file"]),
            (["-u", "a", "--psk-file", try folder.write([], to: "empty")], 65, ["empty"]),
            (["-u", "a", "--psk-file", try folder.write("hex:0g".utf8, to: "digits")], 65, ["hex:"]),
            (["-c", first.certificate, "-j", open, "-C", ca], 66, ["chmod 600 \(open)"]),
            (["-c", first.certificate, "-j", junk, "-C", ca], 65, [junk]),
            (["-c", junk, "-j", first.key, "-C", ca], 65, [junk]),
            (["-C", junk], 65, [junk]),
            (["-c", first.certificate, "-j", second.key, "-C", ca], 65, [second.key, "does not belong"]),
            (["-c", late.certificate, "-j", late.key, "-C", ca], 65, [late.certificate, "expired"]),
            (["-c", first.certificate, "-C", ca], 64, ["-j FILE"]),
            (["--identity", "a", "--keys", folder.path("none")], 66, [folder.path("none")]),
            (["-u", "a", "-k", "short"], 65, ["behind -k: a key of 5 bytes can be guessed"]),
            (["-u", "a", "-k", ""], 64, ["the key after -k is empty"]),
            (["-O", "70000=x"], 64, ["0 to 65535"]),
        ]
        for (arguments, status, texts) in cases {
            let result = try await ToolProcess.run(.get, arguments + [uri])
            #expect(result.status == status && result.complainsOnce, "\(arguments): \(result.transcript)")
            for text in texts { #expect(result.errors.contains(text), "\(result.transcript)") }
        }
    }
}
