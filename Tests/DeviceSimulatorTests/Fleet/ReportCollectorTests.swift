// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import SenML
import Testing

@testable import DeviceSimulator

@Suite("Collecting reports")
struct ReportCollectorTests {
    private static func router(_ collector: ReportCollector) -> Router {
        let router = Router()
        collector.register(on: router)
        return router
    }

    private static func peer(_ name: String) -> Peer { Peer(identity: .preSharedKey(Array(name.utf8)), isSecure: true) }

    private static func report(_ number: Int, value: Double = 21) throws -> [UInt8] {
        let pack = SenMLPack([
            SenMLRecord(baseName: "urn:dev:ops:1-a:", name: "report", unit: .count, value: .number(Double(number))),
            SenMLRecord(name: "temperature", unit: .celsius, value: .number(value)),
        ])
        return try pack.encoded(as: .senMLCBOR)
    }

    private static func send(
        _ tester: RouterTester, _ body: [UInt8], _ format: ContentFormat = .senMLCBOR, from peer: Peer
    ) async throws -> Code {
        try await tester.response(.post, "reports", contentFormat: format, payload: body, from: peer).code
    }

    @Test("Each report counts once, whatever comes again, and devices are told apart by who they are")
    func copies() async throws {
        let collector = ReportCollector()
        let tester = RouterTester(Self.router(collector))
        let (one, other) = (Self.peer("one"), Self.peer("other"))
        for number in [1, 2, 2, 4, 3, 1] {
            let code = try await Self.send(tester, try Self.report(number), from: one)
            #expect(code == .changed)
        }
        _ = try await Self.send(tester, try Self.report(1), from: other)
        #expect(collector.received.count == 5 && collector.received.duplicates == 2)
        let text = try await tester.response(.get, "reports")
        #expect(
            String(decoding: text.payload, as: UTF8.self).hasPrefix(
                "5 reports of 2 devices, 2 came again\none: 4 reports, "))
    }

    @Test("Whoever proves nothing gets a row of its own, whatever it calls itself")
    func anonymous() async throws {
        let collector = ReportCollector()
        let tester = RouterTester(Self.router(collector))
        _ = try await Self.send(tester, try Self.report(1), from: Self.peer("one"))
        let body = Array("[{\"bn\":\"one\",\"n\":\"t\",\"v\":99}]".utf8)
        _ = try await Self.send(tester, body, .senMLJSON, from: Peer(identity: .anonymous))
        let text = String(decoding: try await tester.response(.get, "reports").payload, as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasPrefix("2 reports of 2 devices"), "\(text)")
        #expect(lines.contains { $0.hasPrefix("anonymous:one: 1 report, ") && $0.contains("=99") }, "\(text)")
        #expect(lines.contains { $0.hasPrefix("one: 1 report, ") && !$0.contains("99") }, "\(text)")
    }

    @Test("A device that was started anew counts from one again")
    func startedAnew() async throws {
        let collector = ReportCollector()
        let tester = RouterTester(Self.router(collector))
        for _ in 0..<2 {
            let session = Self.peer("one")
            for number in 1...3 { _ = try await Self.send(tester, try Self.report(number), from: session) }
        }
        #expect(collector.received.count == 6 && collector.received.duplicates == 0)
    }

    @Test("Without a number the bytes tell a copy")
    func numberless() async throws {
        let collector = ReportCollector()
        let tester = RouterTester(Self.router(collector))
        let peer = Self.peer("one")
        for value in [1, 2, 1] {
            let body = Array("[{\"n\":\"t\",\"v\":\(value)}]".utf8)
            let code = try await Self.send(tester, body, .senMLJSON, from: peer)
            #expect(code == .changed)
        }
        #expect(collector.received.count == 2 && collector.received.duplicates == 1)
    }

    @Test("What is no report is refused and not counted")
    func refused() async throws {
        let collector = ReportCollector()
        let tester = RouterTester(Self.router(collector))
        let peer = Self.peer("one")
        let broken = try await Self.send(tester, [0x81], from: peer)
        let text = try await Self.send(tester, Array("21".utf8), .text, from: peer)
        #expect(broken == .badRequest && text == .unsupportedContentFormat)
        #expect(collector.received == ReceivedReports())
        let other = try await tester.response(.get, "reports", accept: .xml)
        #expect(other.code == .notAcceptable)
    }

    @Test("The newest values are shown, in JSON, too")
    func newest() async throws {
        let collector = ReportCollector()
        let tester = RouterTester(Self.router(collector))
        for number in 1...2 {
            _ = try await Self.send(tester, try Self.report(number, value: 20 + Double(number)), from: Self.peer("one"))
        }
        let answer = try await tester.response(.get, "reports", accept: .json)
        let json = try JSONParser.parse(answer.payload)
        #expect(json["reports"]?.double == 2)
        guard case .array(let list)? = json["list"], case .array(let values)? = list.first?["values"] else {
            Issue.record("no list in \(json.compact)")
            return
        }
        #expect(values.contains { $0["name"] == .string("urn:dev:ops:1-a:temperature") && $0["value"]?.double == 22 })
    }

    @Test("However many devices report, no more are kept than there is place for")
    func bounded() async throws {
        let collector = ReportCollector(maximumDevices: 3)
        let tester = RouterTester(Self.router(collector))
        for number in 1...5 { _ = try await Self.send(tester, try Self.report(1), from: Self.peer("d\(number)")) }
        #expect(collector.received.count == 5)
        let text = String(decoding: try await tester.response(.get, "reports").payload, as: UTF8.self)
        #expect(text.hasPrefix("5 reports of 3 devices") && !text.contains("d2:") && text.contains("d5:"))
    }

    @Test("The one not heard for longest makes room, however often others were heard")
    func makesRoom() async throws {
        let collector = ReportCollector(maximumDevices: 3)
        let tester = RouterTester(Self.router(collector))
        for name in ["a", "b", "c"] { _ = try await Self.send(tester, try Self.report(1), from: Self.peer(name)) }
        for number in 2...200 {
            for name in ["c", "a"] { _ = try await Self.send(tester, try Self.report(number), from: Self.peer(name)) }
        }
        _ = try await Self.send(tester, try Self.report(1), from: Self.peer("d"))
        _ = try await Self.send(tester, try Self.report(1), from: Self.peer("e"))
        let text = String(decoding: try await tester.response(.get, "reports").payload, as: UTF8.self)
        #expect(text.split(separator: "\n").dropFirst().map { $0.prefix(1) } == ["a", "d", "e"], "\(text)")
    }
}
