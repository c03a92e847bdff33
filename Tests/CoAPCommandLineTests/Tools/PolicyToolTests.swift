// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import SenML
import Testing

@testable import CoAPCommandLine

@Suite("coap policy, and coap-server --policy", .timeLimit(.minutes(10)))
struct PolicyToolTests {
    private static let policy = """
        groups:
          operators: [psk:admin, "cert:ops-*"]
        rules:
          - who: operators
            may: all
            on: "**"
          - who: anybody
            may: read
            on: [sensors/**, device]
          - who: "psk:pump-*"
            may: [put, post]
            on: devices/{identity}/**
          - who: psk:admin
            deny: write
            on: firmware
        """

    private static func folder(_ text: String = policy, name: String = "policy.yaml") throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(text.utf8, to: name)
        return folder
    }

    @Test("The identity of a rotated key is nobody's name, and explain says whose it is")
    func rotatedKey() async throws {
        let folder = try Self.folder()
        let denied = try await Self.explain(["--as", "psk:pump-3@2", "PUT", "/devices/pump-3/led"], in: folder)
        #expect(denied.status == 77 && denied.errors.contains("ask --as psk:pump-3\n"), "\(denied.transcript)")
        let allowed = try await Self.explain(["--as", "psk:pump-3", "PUT", "/devices/pump-3/led"], in: folder)
        #expect(allowed.status == 0 && allowed.errors.isEmpty, "\(allowed.transcript)")
        for text in ["cert:me@2", "uri:a@2", "psk:@2", "psk:pump@x", "psk:pump@"] {
            #expect(SupposedPeer.holder(ofRotated: text) == nil)
        }
    }

    private static func explain(
        _ arguments: [String], in folder: TemporaryFolder, policy: [String] = ["--policy", "policy.yaml"]
    ) async throws -> ToolResult {
        try await ToolProcess.run(.coap, ["policy", "explain"] + arguments + policy, folder: folder.path)
    }

    @Test(
        "explain says whether it is allowed, by the exit code too, and by which line",
        arguments: [
            (
                ["--as", "psk:admin", "DELETE", "/log"], 0, "allowed: DELETE /log as psk:admin",
                "by policy.yaml:4: allow"
            ),
            (
                ["--as", "psk:admin", "PUT", "firmware"], 77, "answered 4.03",
                "by policy.yaml:13: deny psk:admin: write"
            ),
            (
                ["--as", "psk:admin", "PUT", "firmware"], 77, "denied",
                "over: policy.yaml:4: allow operators: all on **"
            ),
            (["--as", "cert:ops-1", "put", "/firmware"], 0, "as cert:ops-1", "by policy.yaml:4:"),
            (["--as", "anonymous", "GET", "/device"], 0, "as anonymous", "by policy.yaml:7:"),
            (["--as", "anonymous", "PUT", "/device"], 77, "answered 4.01", "by default: no rule allows it"),
            (["--as", "anonymous", "PUT", "/device"], 77, "near: policy.yaml:7:", "(not PUT)"),
            (
                ["--as", "psk:pump-1", "PUT", "/devices/pump-2/a"], 77, "4.03",
                "policy.yaml:10: allow psk:pump-*: POST, PUT"
            ),
            (["--as", "psk:pump-1", "PUT", "/devices/pump-1/a"], 0, "allowed", "policy.yaml:10"),
            (["--as", "psk:pump-1", "PUT", "/devices/pump-1%2Fa"], 77, "/devices/pump-1%2Fa", "(not this path)"),
            (["--as", "dns:admin", "GET", "/log"], 77, "as dns:admin", "no rule allows it"),
            (["--as", "anonymous", "GET", "/.well-known/core"], 0, "allowed", "everybody may read the list"),
            (["--as", "admin", "GET", "/log"], 77, "allowed: GET /log as psk:admin", "denied: GET /log as cert:admin"),
            (["--as", "pump-1", "GET", "/a/../device"], 0, "GET /device as psk:pump-1", "GET /device as cert:pump-1"),
        ] as [([String], Int32, String, String)])
    func explain(arguments: [String], status: Int32, first: String, second: String) async throws {
        let result = try await Self.explain(arguments, in: try Self.folder())
        #expect(result.status == status && result.errors.isEmpty, "\(result.transcript)")
        #expect(result.output.contains(first) && result.output.contains(second), "\(result.transcript)")
    }

    @Test("explain writes JSON for scripts")
    func json() async throws {
        let result = try await Self.explain(
            ["--as", "pump-1", "PUT", "/devices/pump-1/a", "--json"], in: try Self.folder())
        #expect(result.status == 77 && result.errors.isEmpty, "\(result.transcript)")
        let value = try JSONParser.parse(result.outputBytes)
        #expect(value["method"] == .string("PUT") && value["path"] == .string("/devices/pump-1/a"))
        #expect(value["allowed"] == .bool(false))
        guard case .array(let answers)? = value["answers"], answers.count == 2 else {
            Issue.record("\(result.transcript)")
            return
        }
        #expect(answers[0]["identity"] == .string("psk:pump-1") && answers[0]["allowed"] == .bool(true))
        #expect(answers[0]["rule"]?["line"] == .number("10") && answers[0]["code"] == .null)
        #expect(answers[1]["identity"] == .string("cert:pump-1") && answers[1]["code"] == .string("4.03"))
        #expect(answers[1]["rule"] == .null)
        guard case .array(let near)? = answers[1]["near"] else {
            Issue.record("\(result.transcript)")
            return
        }
        #expect(near.count == 1 && near[0]["line"] == .number("7") && near[0]["path"] == .bool(false))
    }

    @Test("A policy lies in the keys folder, or is named; without one it says what to do")
    func file() async throws {
        let folder = try TemporaryFolder()
        let missing = try await Self.explain(["--as", "anonymous", "GET", "/a"], in: folder, policy: [])
        #expect(missing.status == 66 && missing.complainsOnce, "\(missing.transcript)")
        #expect(missing.errors.contains("--policy") && missing.errors.contains("keys/policy.yaml"))
        let gone = try await Self.explain(["--as", "anonymous", "GET", "/a"], in: folder)
        #expect(gone.status == 66 && gone.complainsOnce && gone.errors.contains("policy.yaml"), "\(gone.transcript)")
        try FileManager.default.createDirectory(atPath: folder.path("keys"), withIntermediateDirectories: false)
        try folder.write(Self.policy.utf8, to: "keys/policy.yaml")
        let found = try await Self.explain(["--as", "anonymous", "GET", "/device"], in: folder, policy: [])
        #expect(found.status == 0 && found.output.contains("keys/policy.yaml:7"), "\(found.transcript)")
        let checked = try await ToolProcess.run(.coap, ["policy", "check"], folder: folder.path)
        #expect(
            checked.status == 0 && checked.output == "keys/policy.yaml makes sense: 4 rules\n", "\(checked.transcript)")
        // Whoever can write to it could give himself every right.
        try folder.write(Self.policy.utf8, to: "keys/policy.yaml", permissions: 0o666)
        let open = try await ToolProcess.run(.coap, ["policy", "check"], folder: folder.path)
        #expect(open.status == 66 && open.complainsOnce && open.errors.contains("chmod go-w"), "\(open.transcript)")
    }

    @Test(
        "What makes no sense is refused with exit code 64 and the remedy",
        arguments: [
            (["--as", "anonymous", "READ", "/a"], "iPATCH"), (["--as", "anonymous", "GET", "/a?b"], "%3F"),
            (["--as", "anonymous", "GET", "coap://h/a"], "path alone"),
            (["--as", "anybody", "GET", "/a"], "anonymous"),
            (["--as", "urn:x", "GET", "/a"], "psk:urn:x"), (["--as", "psk:", "GET", "/a"], "name is missing"),
            (["--as", "sha256:12", "GET", "/a"], "64"), (["--as", "", "GET", "/a"], "anonymous"),
            (["--as", "anonymous", "GET", "/%zz"], "hexadecimal"), (["GET", "/a"], "--as"),
        ])
    func usage(arguments: [String], remedy: String) async throws {
        let result = try await Self.explain(arguments, in: try Self.folder())
        #expect(result.status == 64 && result.complainsOnce && result.output.isEmpty, "\(result.transcript)")
        #expect(result.errors.contains(remedy), "\(result.transcript)")
    }

    @Test("check finds what is broken and what is of no use; a server does not start with a broken one")
    func check() async throws {
        let broken = try Self.folder("rules:\n- who: anybody\n  may: reed\n  on: a\n")
        let line =
            "policy.yaml:3: rules[1].may: 'reed' is no method; write read, write, all, get, fetch, put, post, delete"
        let result = try await ToolProcess.run(.coap, ["policy", "check", "policy.yaml"], folder: broken.path)
        #expect(result.status == 65 && result.complainsOnce && result.errors.contains(line), "\(result.transcript)")
        let server = try await ToolProcess.run(
            .server, ["--listen", "coap://127.0.0.1:0", "--policy", "policy.yaml"], folder: broken.path)
        #expect(server.status == 65 && server.complainsOnce && server.errors.contains(line), "\(server.transcript)")
        let idle = try Self.folder(
            "rules:\n- {who: anybody, may: all, on: \"**\"}\n- {who: psk:a, may: get, on: a}\n", name: "p.yaml")
        let warned = try await ToolProcess.run(.coap, ["policy", "check", "p.yaml"], folder: idle.path)
        #expect(warned.status == 0 && warned.output == "p.yaml makes sense: 2 rules\n", "\(warned.transcript)")
        #expect(
            warned.complainsOnce
                && warned.errors.contains("p.yaml:3: this rule can never decide: said already by line 2"))
        let nobody = try Self.folder("rules: []\n")
        let none = try await ToolProcess.run(.coap, ["policy", "check", "policy.yaml"], folder: nobody.path)
        #expect(none.status == 0 && none.output.contains("nobody may do anything"), "\(none.transcript)")
    }

    @Test("A server serves by it: the key, the certificate of the same name and plain CoAP have rights of their own")
    func server() async throws {
        let folder = try Self.folder(
            """
            rules:
              - {who: psk:device-1, may: all, on: [actuators/**, device]}
              - {who: cert:device-1, may: read, on: "sensors/**"}
              - {who: anonymous, may: read, on: device}
            """)
        try await RunningServer.with(arguments: ["--policy", folder.path("policy.yaml")]) { server in
            func list(_ arguments: [String]) async throws -> [String] {
                let result = try await ToolProcess.run(.coap, ["discover", "--table"] + arguments)
                result.expectSuccess()
                return result.output.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != " " }) }
            }
            #expect(
                try await list(server.identity + [server.coaps()])
                    == ["/actuators/led", "/actuators/setpoint", "/actuators/heater", "/device"])
            #expect(
                try await list(server.certificate + [server.coaps()]) == ["/sensors/temperature", "/sensors/humidity"])
            #expect(try await list([server.coap()]) == ["/device"])
            func status(_ tool: Tool, _ arguments: [String]) async throws -> (Int32, String) {
                let result = try await ToolProcess.run(tool, arguments)
                return (result.status, result.transcript)
            }
            for (tool, arguments, code) in [
                (.get, server.identity + [server.coaps("/device")], nil),
                (.get, server.identity + [server.coaps("/sensors/temperature")], "4.03"),
                (.put, server.identity + ["-e", "on", server.coaps("/actuators/led")], nil),
                (.put, server.certificate + ["-e", "on", server.coaps("/actuators/led")], "4.03"),
                (.get, server.certificate + [server.coaps("/sensors/temperature")], nil),
                (.get, [server.coap("/device")], nil), (.get, [server.coap("/sensors/temperature")], "4.01"),
                (.get, [server.coap("/nothing")], "4.01"), (.get, server.identity + [server.coaps("/nothing")], "4.03"),
            ] as [(Tool, [String], String?)] {
                let (status, transcript) = try await status(tool, arguments)
                #expect(status == (code == nil ? 0 : 4), "\(transcript)")
                #expect(code.map { transcript.contains($0) } ?? true, "\(transcript)")
            }
        }
    }

    @Test("A server with a policy does not say that anybody may write")
    func announcement() async throws {
        let folder = try Self.folder()
        let server = try await RunningServer(
            listen: ["coap://127.0.0.1:0"], arguments: ["--policy", folder.path("policy.yaml")])
        server.process.terminate()
        let result = await server.process.end()
        #expect(result.complainsOnce && result.errors.contains("what the policy allows anonymous peers"))
    }
}
