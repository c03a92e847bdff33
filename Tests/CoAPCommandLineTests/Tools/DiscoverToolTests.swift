// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Foundation
import SenML
import Testing

/// What `coap discover` shows of one server; of a group `MulticastToolTests` tells.
@Suite("coap discover", .timeLimit(.minutes(10)))
struct DiscoverToolTests {
    private static let paths = [
        "/sensors/temperature", "/sensors/humidity", "/actuators/led", "/actuators/setpoint", "/actuators/heater",
        "/device", "/firmware", "/firmware/state", "/audit", "/reports",
    ]

    /// The `links` of a JSON answer, by their targets.
    private static func links(_ result: ToolResult) throws -> [String: JSONValue] {
        guard case .array(let links)? = try JSONParser.parse(result.outputBytes)["links"] else {
            Issue.record("no links: \(result.transcript)")
            return [:]
        }
        var found: [String: JSONValue] = [:]
        for link in links {
            guard case .string(let target)? = link["href"] else {
                Issue.record("no href: \(link.compact)")
                continue
            }
            found[target] = link
        }
        return found
    }

    @Test("As a tree each path hangs below the one it is part of, with what is said of it")
    func tree() async throws {
        try await RunningServer.with { server in
            let result = try await ToolProcess.run(.coap, ["discover", "--tree"] + server.identity + [server.coaps()])
            result.expectSuccess()
            let lines = result.output.split(separator: "\n").map(String.init)
            #expect(lines.first == server.coaps())
            let branches = lines.map { line in line.prefix { !$0.isLetter } }
            let names = lines.map { line in line.drop { !$0.isLetter }.prefix { $0 != " " } }
            #expect(
                names.dropFirst() == [
                    "sensors", "temperature", "humidity", "actuators", "led", "setpoint", "heater", "device",
                    "firmware", "state", "audit", "reports",
                ], "\(result.transcript)")
            #expect(
                branches.dropFirst() == [
                    "├── ", "│   ├── ", "│   └── ", "├── ", "│   ├── ", "│   ├── ", "│   └── ", "├── ", "├── ",
                    "│   └── ", "├── ", "└── ",
                ], "\(result.transcript)")
            let temperature = try #require(lines.first { $0.contains("─ temperature ") })
            for part in ["\"Air temperature\"", "temperature", "core.s", "cbor", "observable"] {
                #expect(temperature.contains(part), "\(part) is missing in \(temperature)")
            }
            let device = try #require(lines.first { $0.contains("─ device ") })
            #expect(!device.contains("observable"))
            #expect(!result.output.contains("\u{1B}"))
        }
    }

    @Test("As a table each resource is a line, in columns that stand below each other")
    func table() async throws {
        try await RunningServer.with { server in
            let result = try await ToolProcess.run(.coap, ["discover", "--table"] + server.identity + [server.coaps()])
            result.expectSuccess()
            let lines = result.output.split(separator: "\n").map(String.init)
            let heading = try #require(lines.first)
            #expect(
                heading.split(separator: " ") == [
                    "RESOURCE", "TYPE", "INTERFACE", "FORMATS", "OBSERVABLE", "TITLE", "MORE",
                ])
            #expect(lines.dropFirst().map { $0.prefix { $0 != " " } } == Self.paths.map { $0[...] })
            let column = try #require(heading.range(of: "OBSERVABLE")).lowerBound.utf16Offset(in: heading)
            let observable = lines.dropFirst().map { $0.dropFirst(column).prefix { $0 != " " } }
            #expect(
                observable == ["yes", "yes", "yes", "yes", "yes", "", "", "yes", "", ""], "\(result.transcript)")
            let firmware = lines.first { $0.hasPrefix("/firmware ") }
            #expect(firmware?.contains("octet-stream") == true && firmware?.contains("sz=") == true)
            // It is what a program gets that does not ask.
            let plain = try await ToolProcess.run(.coap, ["discover"] + server.identity + [server.coaps()])
            #expect(plain.output == result.output)
            let both = try await ToolProcess.run(.coap, ["discover", "--table", "--tree", server.coap()])
            #expect(both.status == 64 && both.output.isEmpty, "\(both.transcript)")
        }
    }

    @Test("As JSON it is one object with the answer and its links")
    func json() async throws {
        try await RunningServer.with { server in
            let result = try await ToolProcess.run(.coap, ["discover", "--json"] + server.identity + [server.coaps()])
            result.expectSuccess()
            #expect(result.errors.isEmpty)
            let object = try JSONParser.parse(result.outputBytes)
            #expect(object["uri"] == .string(server.coaps("/.well-known/core")))
            #expect(object["method"] == .string("GET") && object["code"] == .string("2.05"))
            #expect(object["contentFormat"] == .string("application/link-format"))
            #expect(object["connection"]?["cipherSuite"] != .null)
            // The payload is what was on the wire: the links can be read from it again.
            guard case .string(let text)? = object["text"] else {
                Issue.record("no text: \(result.transcript)")
                return
            }
            #expect(try LinkFormat(parsing: Array(text.utf8)).links.map(\.target) == Self.paths)
            let links = try Self.links(result)
            #expect(Set(links.keys) == Set(Self.paths))
            let temperature = try #require(links["/sensors/temperature"])
            #expect(temperature["rt"] == .string("temperature") && temperature["if"] == .string("core.s"))
            #expect(temperature["title"] == .string("Air temperature") && temperature["obs"] == .bool(true))
            #expect(links["/firmware"]?["ct"] == .string("42") && links["/firmware"]?["obs"] == nil)
        }
    }

    @Test(
        "Filters leave what fits all of them",
        arguments: [
            (["--rt", "temperature"], ["/sensors/temperature"]), (["--rt", "temp*"], ["/sensors/temperature"]),
            (["--if", "core.s"], ["/sensors/temperature", "/sensors/humidity"]),
            (["--ct", "octet-stream"], ["/firmware"]),
            (["--href", "/act*"], ["/actuators/led", "/actuators/setpoint", "/actuators/heater"]),
            (["--title", "Relative*"], ["/sensors/humidity"]),
            (["--if", "core.s", "--rt", "hum*"], ["/sensors/humidity"]),
            (["--ct", "cbor", "if=core.a", "rt=light"], ["/actuators/led"]),
        ])
    func filters(arguments: [String], fitting: [String]) async throws {
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"]) { server in
            let shown = try await ToolProcess.run(.coap, ["discover", "--table", server.coap()] + arguments)
            shown.expectSuccess()
            let rows = shown.output.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != " " }) }
            #expect(rows == fitting, "\(shown.transcript)")
            let json = try await ToolProcess.run(.coap, ["discover", "--json", server.coap()] + arguments)
            json.expectSuccess()
            #expect(try Set(Self.links(json).keys) == Set(fitting), "\(json.transcript)")
        }
    }

    @Test("A filter that nothing fits is a word on the standard error, and an empty list as JSON")
    func nothingFits() async throws {
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"]) { server in
            for shape in ["--table", "--tree"] {
                let none = try await ToolProcess.run(
                    .coap, ["discover", shape, server.coap(), "--rt", "light*", "ct=42"])
                #expect(none.status == 0 && none.output.isEmpty, "\(none.transcript)")
                #expect(none.errors == "coap: no resource matches\n")
            }
            let json = try await ToolProcess.run(.coap, ["discover", "--json", server.coap(), "--rt", "none"])
            json.expectSuccess()
            #expect(try JSONParser.parse(json.outputBytes)["links"] == .array([]))
            let wrong = try await ToolProcess.run(.coap, ["discover", server.coap(), "--ct", "nonsense"])
            #expect(wrong.status == 64 && wrong.complainsOnce, "\(wrong.transcript)")
        }
    }

    @Test("What a server sends that knows no filters is filtered all the same", arguments: ["--table", "--json"])
    func ignorantServer(shape: String) async throws {
        struct Ignorance: Middleware {
            func handle(
                _ request: Request, context: RequestContext,
                next: @Sendable (Request, RequestContext) async throws -> Response
            ) async throws -> Response {
                Response(
                    .content, payload: Array(#"</a>;rt="one",</b>;rt="two",</c>;rt="one two""#.utf8),
                    contentFormat: .linkFormat)
            }
        }
        let router = Router()
        router.add(Ignorance())
        try await Loopback.withServer(router) { uris in
            let result = try await ToolProcess.run(.coap, ["discover", shape, uris[0].authority, "--rt", "one"])
            result.expectSuccess()
            if shape == "--json" {
                #expect(try Set(Self.links(result).keys) == ["/a", "/c"], "\(result.transcript)")
            } else {
                let rows = result.output.split(separator: "\n").dropFirst().map { String($0.prefix(2)) }
                #expect(rows == ["/a", "/c"], "\(result.transcript)")
            }
        }
    }

    @Test("JSON is neither a table nor a tree", arguments: ["--table", "--tree"])
    func contradiction(shape: String) async throws {
        for target in [["coap://127.0.0.1:1"], ["--multicast"]] {
            let result = try await ToolProcess.run(.coap, ["discover", "--json", shape] + target)
            #expect(result.status == 64 && result.complainsOnce, "\(result.transcript)")
            #expect(result.errors.contains("--json") && result.errors.contains(shape))
        }
    }

    @Test(
        "What a multicast has no use for is refused by its name",
        arguments: [
            ["-o", "file"], ["-A", "json"], ["-N"], ["-B", "1"], ["--block-size", "64"], ["-O", "12=40"], ["-v"],
            ["--raw"], ["--identity", "device-1"], ["--keys", "keys"], ["-u", "device-1"], ["--psk-file", "key"],
            ["-k", "key"], ["-c", "a.pem"], ["-j", "a.key"], ["-C", "ca.pem"],
        ])
    func uselessForGroups(arguments: [String]) async throws {
        let result = try await ToolProcess.run(.coap, ["discover", "--multicast", "--wait", "0.001"] + arguments)
        #expect(result.status == 64 && result.complainsOnce && result.output.isEmpty, "\(result.transcript)")
        #expect(result.errors.contains(arguments[0]) && result.errors.contains("--multicast"), "\(result.transcript)")
    }

    @Test(
        "An address in the place of a URI gets a hint",
        arguments: [
            ("224.0.1.187", "coap://224.0.1.187"), ("ff02::fd", "coap://[ff02::fd]"),
            ("[ff02::fd]", "coap://[ff02::fd]"), ("224.0.1.187:5684", "coap://224.0.1.187:5684"),
        ])
    func bareAddress(address: String, uri: String) async throws {
        let result = try await ToolProcess.run(.coap, ["discover", "--multicast", address])
        #expect(result.status == 64 && result.complainsOnce, "\(result.transcript)")
        #expect(result.errors.contains("write \(uri)"), "\(result.transcript)")
    }
}
