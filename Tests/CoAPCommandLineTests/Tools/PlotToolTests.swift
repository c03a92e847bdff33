// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Foundation
import Testing

/// `coap observe --plot` at a terminal.
@Suite("coap observe --plot", .timeLimit(.minutes(5)))
struct PlotToolTests {
    /// To the other screen, and back.
    private static let (enter, leave) = ("\u{1B}[?1049h\u{1B}[?25l", "\u{1B}[?25h\u{1B}[?1049l")

    /// A server whose resource is 21.5 until it is changed, and gone then.
    private static func withServer(_ body: @escaping @Sendable (String, ObservableResource) async throws -> Void)
        async throws
    {
        let router = Router()
        let reads = Locked(0)
        let resource = router.observable("n") { _, _ in
            let number = reads.withLock { reads in
                reads += 1
                return reads
            }
            return number == 1 ? Response(text: "21.5 C") : Response(.notFound, text: "it went away")
        }
        try await Loopback.withServer(router) { uris in try await body(uris[0].authority + "/n", resource) }
    }

    @Test("Why it ended, and the last value, are left behind on the screen from before")
    func ended() async throws {
        try await Self.withServer { uri, resource in
            let terminal = try PseudoTerminal()
            let tool = try terminal.run(["observe", "--plot", uri])
            let chart = try await terminal.output { $0.contains("┤") }
            try #require(chart.contains("21.5 C"), "\(chart.debugDescription)")
            resource.changed()
            let result = await tool.end()
            let shown = try await terminal.output { $0.hasSuffix(Self.leave) }
            #expect(shown.hasPrefix(Self.enter) && shown.hasSuffix(Self.leave), "\(shown.debugDescription)")
            #expect(result.status == 4, "\(result.transcript)")
            #expect(result.errors.contains("ended by the server: 4.04 Not Found: it went away\n"))
            #expect(result.errors.contains("21.5 C\n"), "\(result.transcript)")
        }
    }

    @Test("A resource that is not there is told without a chart that nobody could read")
    func missing() async throws {
        try await Self.withServer { uri, _ in
            let terminal = try PseudoTerminal()
            let result = await (try terminal.run(["observe", "--plot", uri + "/missing"])).end()
            #expect(result.status == 4 && result.errors.contains("4.04"), "\(result.transcript)")
        }
    }

    @Test("Whoever stops it gets the terminal back", arguments: [SIGINT, SIGTERM, SIGHUP])
    func stopped(signal: Int32) async throws {
        try await Self.withServer { uri, resource in
            let terminal = try PseudoTerminal()
            let tool = try terminal.run(["observe", "--plot", uri])
            _ = try await terminal.output { $0.contains("┤") }
            kill(tool.id, signal)
            let result = await tool.end()
            #expect(result.status == 128 + signal, "\(result.transcript)")
            let shown = try await terminal.output { $0.hasSuffix(Self.leave) }
            #expect(shown.hasSuffix(Self.leave), "\(shown.debugDescription)")
            #expect(result.errors.contains("21.5 C\n"), "\(result.transcript)")
            #expect(resource.observerCount == 0)
        }
    }

    @Test("While the server is unavailable the chart stays, with a word about it below, until there is a value again")
    func unavailable() async throws {
        let router = Router()
        let resource = router.unavailableOnce()
        try await Loopback.withServer(router) { uris in
            let terminal = try PseudoTerminal()
            let tool = try terminal.run(["observe", "--plot", uris[0].authority + "/n"])
            _ = try await terminal.output { $0.contains("/n  111") }
            resource.changed()
            let shown = try await terminal.output { $0.contains("/n  333") }
            let stale = try #require(shown.range(of: "stale since "), "\(shown.debugDescription)")
            let again = try #require(shown.range(of: "/n  333"), "\(shown.debugDescription)")
            #expect(stale.lowerBound < again.lowerBound)
            #expect(!shown.contains(Self.leave) && !shown.contains("ended"))
            tool.interrupt()
            let result = await tool.end()
            #expect(result.status == 130 && !result.errors.contains("ended"), "\(result.transcript)")
        }
    }
}
