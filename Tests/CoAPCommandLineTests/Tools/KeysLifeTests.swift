// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import SenML
import Testing

@Suite("The life of a device's credentials")
struct KeysLifeTests {
    let folder: TemporaryFolder

    init() async throws {
        folder = try TemporaryFolder()
        _ = try KeyFolder(path: folder.path("keys")).initialize()
    }

    /// Runs `coap keys` with arguments divided by blanks; no key may be in what it writes.
    private func keys(_ line: String) async throws -> ToolResult {
        let result = try await ToolProcess.run(
            .coap, ["keys"] + line.split(separator: " ").map(String.init), folder: folder.path)
        if case .array(let entries) = try JSONParser.parse(try folder.read("keys/psk.json")) {
            for case .string(let digits)? in entries.map({ $0["key"] }) {
                #expect(!result.transcript.contains(digits))
                #expect(
                    !result.transcript.contains(
                        try String(decoding: #require(Hexadecimal.decode(digits)), as: UTF8.self)))
            }
        }
        return result
    }

    private func rows(_ device: String) async throws -> [String] {
        try await keys("list").output.split(separator: "\n").map(String.init).filter { $0.hasPrefix(device + " ") }
    }

    @Test("Without its register no server starts, until that is back or a new one is made knowingly")
    func lostRegister() async throws {
        try FileManager.default.removeItem(atPath: folder.path("keys/register.json"))
        let reason = "keys/register.json: there is no such file, and it says who was revoked"
        let server = try await ToolProcess.run(.server, ["--listen", "coaps://127.0.0.1:0"], folder: folder.path)
        #expect(server.status == 66 && server.complainsOnce && server.output.isEmpty, "\(server.transcript)")
        #expect(server.errors.contains(reason) && server.errors.contains("'coap keys init --new-register'"))
        for line in ["init", "add pump", "revoke device-1"] {
            let refused = try await keys(line)
            #expect(refused.status == 66 && refused.complainsOnce && refused.errors.contains(reason))
        }
        let list = try await keys("list")
        #expect(list.status == 0 && list.errors.contains(reason) && list.output.contains("device-1"))
        for line in ["init --revoked pump", "init --new-register --revoked ../x"] {
            let bad = try await keys(line)
            #expect(bad.status == 64 && bad.complainsOnce, "\(bad.transcript)")
        }
        let made = try await keys("init --new-register --revoked pump valve")
        #expect(
            made.status == 0
                && made.output.hasPrefix(
                    "made  keys/register.json         register of devices, 1 certificate, 2 devices revoked\n"),
            "\(made.transcript)")
        #expect(made.errors.contains("see: coap keys list, and revoke once more who is to stay out"))
        let again = try await keys("init --new-register")
        #expect(again.status == 0 && again.errors.isEmpty && again.output.contains("nothing was changed"))
        #expect(try await rows("pump").map { $0.contains("  revoked on 20") } == [true])
        let late = try await keys("init --new-register --revoked device-1")
        #expect(late.status == 64 && late.complainsOnce && late.errors.contains("coap keys revoke NAME\n"))
        try await RunningServer(listen: ["coaps://127.0.0.1:0"], folder: folder).stop()
    }

    @Test("A damaged list keeps nobody from being revoked, and is named")
    func damagedList() async throws {
        try await keys("add pump").expectSuccess()
        try await keys("revoke device-1").expectSuccess()
        try folder.write(Array("nonsense".utf8), to: "keys/crl.pem")
        let revoked = try await keys("revoke pump")
        #expect(revoked.status == 0 && revoked.complainsOnce, "\(revoked.transcript)")
        #expect(revoked.output.hasPrefix("revoked pump: 1 key, 1 certificate\n"), "\(revoked.transcript)")
        #expect(revoked.errors.contains("keys/crl.pem: there is no PEM revocation list in it"), "\(revoked.transcript)")
        #expect(try folder.read("keys/crl.pem") == Array("nonsense".utf8))
    }

    @Test("From add over rotate to revoke and again")
    func life() async throws {
        try await keys("add pump --days 7").expectSuccess()
        #expect(try await rows("pump").allSatisfy { $0.hasSuffix("  expires in 7 days") })
        let rotated = try await keys("rotate pump --overlap 12h")
        rotated.expectSuccess()
        #expect(
            rotated.output.contains("made  a key of the identity pump@2\nmade  keys/devices/pump.pem"),
            "\(rotated.output)")
        #expect(rotated.output.contains("coap keys export pump -o DIR\n"))
        let now = try await rows("pump")
        #expect(now.count == 2 && now.allSatisfy { $0.contains("  rotated, old one until 20") }, "\(now)")
        let revoked = try await keys("revoke pump")
        #expect(
            revoked.status == 0 && revoked.output.hasPrefix("revoked pump: 2 keys, 2 certificates\n"),
            "\(revoked.transcript)")
        #expect(try await rows("pump").map { $0.contains("  revoked on 20") } == [true])
        for line in ["revoke", "revoke pump --file x.pem"] {
            let bad = try await keys(line)
            #expect(bad.status == 64 && bad.complainsOnce, "\(bad.transcript)")
        }
        let twice = try await keys("revoke pump")
        #expect(twice.status == 0 && twice.output.hasSuffix(" already; nothing was changed\n"), "\(twice.transcript)")
        let refused = try await keys("add pump")
        #expect(refused.status == 65 && refused.complainsOnce && refused.errors.contains("coap keys add pump --again"))
        try await keys("add pump --psk --again").expectSuccess()
        #expect(try await rows("pump").map { $0.hasSuffix("  good") } == [true])
    }

    @Test("Kinds")
    func kinds() async throws {
        try await keys("add a --psk").expectSuccess()
        try await keys("add b --certificate --days 30").expectSuccess()
        try await keys("add c --psk --certificate").expectSuccess()
        #expect(try await rows("a").map { $0.contains("  key ") } == [true])
        #expect(try await rows("b").map { $0.contains("  certificate  ") } == [true])
        #expect(try await rows("c").count == 2)
    }

    @Test("The listing as JSON")
    func json() async throws {
        for line in ["add pump", "rotate pump --psk", "add gone --psk", "revoke gone"] {
            try await keys(line).expectSuccess()
        }
        let result = try await keys("list --json")
        let json = try JSONParser.parse(result.outputBytes)
        guard case .array(let devices)? = json["devices"] else { throw TestFailure("no devices: \(result.transcript)") }
        let states = devices.map { entry in
            ["device", "kind", "identity", "state"].map { name -> String in
                if case .string(let text)? = entry[name] { text } else { "-" }
            }.joined(separator: " ")
        }
        #expect(
            states == [
                "device-1 key device-1 good", "device-1 certificate - good", "gone - - revoked",
                "pump key pump@2 rotated",
                "pump certificate - good",
            ])
        #expect(result.output.contains("\"fingerprint\": \"") && result.output.contains("\"imported\": []"))
    }

    @Test("A fleet, and one whose names are taken")
    func fleet() async throws {
        let made = try await keys("fleet --count 20 --prefix pump-")
        #expect(made.status == 0 && made.errors.isEmpty, "\(made.transcript)")
        #expect(
            made.output
                == "made  20 devices with a key and a certificate each: pump-01 to pump-20\na running coap-server takes them up by itself within two seconds\n"
        )
        #expect(try await rows("pump-20").count == 2)
        let again = try await keys("fleet --count 99 --prefix pump-")
        #expect(again.status == 65 && again.complainsOnce && again.errors.contains("'pump-01' and 19 more"))
        for (line, status) in [
            ("fleet --count 0 --prefix x", 64), ("fleet --count 5 --prefix ../x", 64), ("fleet --count 5", 64),
        ] as [(String, Int32)] {
            let bad = try await keys(line)
            #expect(bad.status == status && bad.complainsOnce, "\(bad.transcript)")
        }
    }

    @Test("Export writes files that only their owner reads, once, and nothing secret to a terminal")
    func export() async throws {
        try await keys("add pump").expectSuccess()
        let shown = try await keys("export pump --server coaps://gateway.example/x")
        shown.expectSuccess()
        #expect(shown.output.contains("coap-get --identity pump coaps://gateway.example/x\n"), "\(shown.output)")
        let written = try await keys("export pump -o out")
        written.expectSuccess()
        for name in ["psk.txt", "psk.hex", "coap-client.txt", "aiocoap.json", "device.key"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("out/\(name)"))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        #expect(try folder.read("out/device.pem") == folder.read("keys/devices/pump.pem"))
        #expect(try folder.read("out/ca.pem") == folder.read("keys/ca.pem"))
        let again = try await keys("export pump -o out")
        #expect(again.status == 66 && again.complainsOnce && again.errors.contains("nothing is overwritten"))
        for (line, status) in [("export nobody", 65), ("export pump --server coap://h", 64), ("export ../pump", 64)]
            as [(String, Int32)]
        {
            let bad = try await keys(line)
            #expect(bad.status == status && bad.complainsOnce, "\(bad.transcript)")
        }
    }

    @Test("Import says whom it lets in, and refuses a private key without showing it")
    func importing() async throws {
        let authority = try CertificateAuthority(named: "vendor")
        try folder.write(try authority.certificatePEM(), to: "vendor.pem")
        let made = try await keys("import vendor.pem")
        #expect(
            made.status == 0 && made.output.contains("every device that this authority certifies: CN=vendor"),
            "\(made.transcript)")
        let kept = try await keys("import vendor.pem")
        #expect(kept.status == 0 && kept.output.contains("nothing was changed"))
        #expect(try await keys("list").output.contains("the imported authority vendor: until 20"))
        let secret = try authority.keyPEM().withBytes { Array($0) }
        try folder.write(secret, to: "secret.pem")
        let refused = try await keys("import secret.pem")
        let body = String(decoding: secret, as: UTF8.self).split(separator: "\n")[1]
        #expect(refused.status == 65 && refused.complainsOnce && !refused.transcript.contains(body))
        #expect(try await keys("import nowhere.pem").status == 66)
    }

    @Test("Revoke says what it cannot know, and that an authority is taken back")
    func unknown() async throws {
        try await keys("add pump --psk").expectSuccess()
        let revoked = try await keys("revoke pump")
        #expect(revoked.status == 0 && revoked.complainsOnce, "\(revoked.transcript)")
        #expect(
            revoked.errors.contains(
                "no certificate of pump is known here; if it has one: coap keys revoke --file FILE\n"),
            "\(revoked.transcript)")
        #expect(try await keys("revoke device-1").errors.isEmpty)
        try folder.write(try CertificateAuthority(named: "vendor").certificatePEM(), to: "vendor.pem")
        try await keys("import vendor.pem").expectSuccess()
        let refused = try await keys("revoke --file vendor.pem")
        #expect(refused.status == 65 && refused.complainsOnce, "\(refused.transcript)")
        #expect(refused.errors.contains("this is an authority; take it back with: rm keys/authorities/vendor.pem\n"))
    }

    @Test("A key that was replaced is shown under its own identity only")
    func show() async throws {
        try await keys("add pump --psk").expectSuccess()
        try await keys("rotate pump").expectSuccess()
        // The one run that may show a key.
        let both = try await ToolProcess.run(.coap, ["keys", "show", "pump"], folder: folder.path)
        #expect(both.status == 0 && both.complainsOnce && both.errors.contains("a newer key"), "\(both.errors)")
        try await keys("rotate pump --overlap 0").expectSuccess()
        let old = try await keys("show pump")
        #expect(
            old.status == 65 && old.output.isEmpty && old.errors.contains("coap keys show pump@3"), "\(old.transcript)")
        let bad = try await keys("rotate pump --overlap soon")
        #expect(bad.status == 64 && bad.complainsOnce)
    }
}

/// Why a test cannot go on.
private struct TestFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
