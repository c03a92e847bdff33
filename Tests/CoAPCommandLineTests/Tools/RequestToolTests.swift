// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import SenML
import Testing

@Suite("coap-get, coap-put and coap against coap-server")
struct RequestToolTests {
    @Test("A temperature is read by pre-shared key and by certificate")
    func temperature() async throws {
        try await RunningServer.with { server in
            let degrees = /-?\d+\.\d °C\n/
            for credentials in [server.identity, server.certificate] {
                let result = try await ToolProcess.run(.get, credentials + [server.coaps("/sensors/temperature")])
                #expect(result.status == 0, "\(result.transcript)")
                #expect(try degrees.wholeMatch(in: result.output) != nil, "\(result.transcript)")
                #expect(result.errors.isEmpty)
            }
            let plain = try await ToolProcess.run(.coap, ["get", server.coap("/sensors/temperature")])
            #expect(plain.status == 0 && plain.errors.isEmpty, "\(plain.transcript)")
            #expect(try degrees.wholeMatch(in: plain.output) != nil)
        }
    }

    @Test("The keys folder is `keys` where the tool runs, and its authority is the one believed")
    func standardFolder() async throws {
        try await RunningServer.with { server in
            let key = try await ToolProcess.run(
                .get, ["--identity", "device-1", server.coaps("/actuators/led")], folder: server.folder.path)
            #expect(key.status == 0 && key.output == "off\n", "\(key.transcript)")
            let certificate = try await ToolProcess.run(
                .get,
                [
                    "-c", "keys/devices/device-1.pem", "-j", "keys/devices/device-1.key",
                    server.coaps("/actuators/led"),
                ], folder: server.folder.path)
            #expect(certificate.status == 0 && certificate.output == "off\n", "\(certificate.transcript)")
        }
    }

    @Test("A key comes from a file, as text or as digits")
    func keyFile() async throws {
        try await RunningServer.with { server in
            let digits = try #require(server.keyDigits().first)
            let file = try server.folder.write("hex:\(digits)\n".utf8, to: "key")
            let result = try await ToolProcess.run(
                .get, ["-v", "-u", "device-1", "--psk-file", file, server.coaps("/actuators/led")])
            #expect(result.status == 0 && result.output == "off\n", "\(result.transcript)")
            #expect(!result.transcript.contains(digits))
        }
    }

    @Test("What is put is read back: from text, from a pipe, from a file, once without confirmation")
    func put() async throws {
        try await RunningServer.with { server in
            let led = server.coaps("/actuators/led")
            func expect(_ state: String) async throws {
                let read = try await ToolProcess.run(.get, server.identity + [led])
                #expect(read.status == 0 && read.output == "\(state)\n", "\(read.transcript)")
            }
            let text = try await ToolProcess.run(.put, server.identity + ["-e", "on", led])
            #expect(text.status == 0 && text.transcript == "status 0\n\n", "\(text.transcript)")
            try await expect("on")
            let piped = try await ToolProcess.run(
                .put, server.identity + ["-f", "-", "-t", "text", led], input: Array("off".utf8))
            #expect(piped.status == 0, "\(piped.transcript)")
            try await expect("off")
            let file = try server.folder.write("on".utf8, to: "body")
            let fromFile = try await ToolProcess.run(.put, server.identity + ["-f", file, "-t", "text/plain", led])
            #expect(fromFile.status == 0, "\(fromFile.transcript)")
            try await expect("on")
            let once = try await ToolProcess.run(.coap, ["put", "-v", "-N", "-e", "off"] + server.identity + [led])
            #expect(once.status == 0 && once.errors.contains("> NON PUT /actuators/led"), "\(once.transcript)")
            try await expect("off")
        }
    }

    @Test("Formats: SenML as it came, JSON on several lines, either byte for byte")
    func formats() async throws {
        try await RunningServer.with { server in
            let uri = server.coaps("/sensors/temperature")
            let senML = try await ToolProcess.run(.get, server.identity + ["-A", "senml", uri])
            senML.expectSuccess()
            let pack = try SenMLPack(decoding: senML.outputBytes, as: .senMLJSON)
            let name = try #require(pack.resolved(now: 0).first?.name)
            #expect(name.hasPrefix("urn:dev:ops:32473-room-1") && name.hasSuffix("temperature"), "\(senML.transcript)")

            let json = try await ToolProcess.run(.get, server.identity + ["-A", "json", uri])
            #expect(json.status == 0 && json.output.hasPrefix("{\n  \"") && json.output.hasSuffix("\n}\n"))
            #expect(try JSONParser.parse(json.outputBytes)["temperature"]?.double != nil, "\(json.transcript)")

            let raw = try await ToolProcess.run(.get, server.identity + ["--raw", "-A", "json", uri])
            #expect(raw.status == 0 && !raw.output.contains("\n"), "\(raw.transcript)")
            #expect(try JSONParser.parse(raw.outputBytes)["temperature"]?.double != nil)
        }
    }

    @Test("-o writes the body byte for byte, and a missing folder is said")
    func outputFile() async throws {
        try await RunningServer.with { server in
            let file = server.folder.path("body")
            let written = try await ToolProcess.run(
                .get, server.identity + ["-o", file, server.coaps("/actuators/led")])
            #expect(written.transcript == "status 0\n\n", "\(written.transcript)")
            #expect(try server.folder.read("body") == Array("off".utf8))
            let missing = server.folder.path("nowhere/body")
            let refused = try await ToolProcess.run(
                .get, server.identity + ["-o", missing, server.coaps("/actuators/led")])
            #expect(refused.status == 73 && refused.errors.contains(missing), "\(refused.transcript)")
            #expect(refused.complainsOnce)
        }
    }

    @Test("--json has everything a script may want")
    func json() async throws {
        try await RunningServer.with { server in
            let uri = server.coaps("/actuators/led")
            let result = try await ToolProcess.run(.get, server.identity + ["--json", "-A", "json", uri])
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.transcript)")
            let object = try JSONParser.parse(result.outputBytes)
            #expect(object["uri"] == .string(uri))
            #expect(object["method"] == .string("GET"))
            #expect(object["code"] == .string("2.05"))
            #expect(object["contentFormat"] == .string("application/json"))
            guard case .string(let text)? = object["text"], case .array(let options)? = object["options"] else {
                Issue.record("text or options are missing: \(result.output)")
                return
            }
            #expect(object["json"] == (try JSONParser.parse(Array(text.utf8))))
            #expect(
                object["payload"]
                    == .string(text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()))
            #expect(options.contains { $0["name"] == .string("Content-Format") && $0["value"] == .number("50") })
            #expect(object["connection"]?["version"] == .string("DTLSv1.2"))
            guard case .string(let cipher)? = object["connection"]?["cipherSuite"] else {
                Issue.record("the cipher is missing: \(result.output)")
                return
            }
            #expect(cipher.contains("PSK"))
            for step in ["lookUp", "handshake", "response"] {
                #expect(try #require(object["milliseconds"]?[step]?.double) >= 0)
            }
            let missing = try await ToolProcess.run(.get, server.identity + ["--json", server.coaps("/nothing")])
            #expect(missing.status == 4 && missing.errors.isEmpty, "\(missing.transcript)")
            #expect(try JSONParser.parse(missing.outputBytes)["code"] == .string("4.04"))
        }
    }

    @Test("-v shows handshake, cipher, identities, options and times on the standard error")
    func verbose() async throws {
        try await RunningServer.with { server in
            let uri = server.coaps("/actuators/led")
            let key = try await ToolProcess.run(.get, server.identity + ["-v", "-A", "text", uri])
            #expect(key.status == 0 && key.output == "off\n", "\(key.transcript)")
            for line in [
                "* pre-shared key of 'device-1'", "* DTLSv1.2 with ", "PSK", "> CON GET /actuators/led", "> Uri-Path",
                "> Accept", "< 2.05", "< Content-Format", "(3 bytes after ",
            ] { #expect(key.errors.contains(line), "\(line) is missing in \(key.errors)") }
            for digits in try server.keyDigits() { #expect(!key.transcript.contains(digits)) }
            let certificate = try await ToolProcess.run(.get, server.certificate + ["-v", uri])
            #expect(certificate.status == 0, "\(certificate.transcript)")
            for line in [
                "* own certificate ", "* trusting \(server.keys)/ca.pem", "ECDHE_ECDSA", "* server certificate ",
                "localhost", "127.0.0.1",
            ] {
                #expect(certificate.errors.contains(line), "\(line) is missing in \(certificate.errors)")
            }
        }
    }

    @Test("coap discover lists the resources, all or those that fit")
    func discover() async throws {
        try await RunningServer.with { server in
            let all = try await ToolProcess.run(.coap, ["discover"] + server.identity + [server.coaps()])
            #expect(all.status == 0, "\(all.transcript)")
            let lines = all.output.split(separator: "\n")
            #expect(lines.first?.hasPrefix("RESOURCE") == true)
            for path in ["/sensors/temperature", "/sensors/humidity", "/actuators/led", "/device"] {
                #expect(lines.contains { $0.hasPrefix("\(path) ") }, "\(path) is missing in \(all.output)")
            }
            let some = try await ToolProcess.run(
                .coap, ["discover"] + server.identity + [server.coaps(), "rt=temp*"])
            #expect(some.output.split(separator: "\n").count == 2, "\(some.transcript)")
            #expect(some.output.contains("/sensors/temperature") && !some.output.contains("/actuators/led"))
            let none = try await ToolProcess.run(.coap, ["discover"] + server.identity + [server.coaps(), "rt=none"])
            #expect(none.status == 0 && none.output.isEmpty && none.errors == "coap: no resource matches\n")
            let wrong = try await ToolProcess.run(
                .coap, ["discover"] + server.identity + [server.coaps(), "temperature"])
            #expect(wrong.status == 64 && wrong.complainsOnce, "\(wrong.transcript)")
        }
    }

    @Test("coap ping says how long the answer took")
    func ping() async throws {
        try await RunningServer.with { server in
            for (credentials, uri) in [(server.identity, server.coaps()), ([], server.coap())] {
                let result = try await ToolProcess.run(.coap, ["ping"] + credentials + [uri])
                #expect(result.status == 0, "\(result.transcript)")
                #expect(try /(coaps?:\S+) answered after \d+\.\d ms\n/.wholeMatch(in: result.output)?.1 == uri[...])
            }
        }
    }

    @Test("coap ping asks as often as wanted, and shows what a script or a person wants to know")
    func pingOften() async throws {
        try await RunningServer.with { server in
            let twice = try await ToolProcess.run(.coap, ["ping", "-n2", "-v"] + server.identity + [server.coaps()])
            #expect(twice.status == 0 && twice.output.split(separator: "\n").count == 2, "\(twice.transcript)")
            #expect(twice.errors.contains("* DTLSv1.2 with "), "\(twice.transcript)")
            let json = try await ToolProcess.run(.coap, ["ping", "--json"] + server.identity + [server.coaps()])
            #expect(json.status == 0 && json.errors.isEmpty, "\(json.transcript)")
            let object = try JSONParser.parse(json.outputBytes)
            #expect(object["connection"]?["version"] == .string("DTLSv1.2"))
            guard case .array(let times)? = object["milliseconds"] else {
                Issue.record("times are missing: \(json.output)")
                return
            }
            #expect(times.count == 1)
            let none = try await ToolProcess.run(.coap, ["ping", "-n", "0", server.coap()])
            #expect(none.status == 64 && none.complainsOnce, "\(none.transcript)")
        }
    }

    @Test("What the server refuses has the class of the code as its exit code")
    func refusals() async throws {
        try await RunningServer.with { server in
            let missing = try await ToolProcess.run(.get, server.identity + [server.coaps("/nothing")])
            #expect(missing.status == 4 && missing.complainsOnce, "\(missing.transcript)")
            #expect(missing.errors.hasPrefix("coap-get: 4.04") && missing.output.isEmpty)
            let senseless = try await ToolProcess.run(
                .put, server.identity + ["-e", "perhaps", server.coaps("/actuators/led")])
            #expect(senseless.status == 4 && senseless.complainsOnce, "\(senseless.transcript)")
            #expect(senseless.errors.hasPrefix("coap-put: 4.00"))
            let wrongMethod = try await ToolProcess.run(
                .coap, ["delete"] + server.identity + [server.coaps("/actuators/led")])
            #expect(wrongMethod.status == 4 && wrongMethod.errors.hasPrefix("coap: 4.05"), "\(wrongMethod.transcript)")
        }
    }
}
