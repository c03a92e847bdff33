// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@Suite("A server whose policy changes", .timeLimit(.minutes(5)))
struct PolicyReloadTests {
    private static let led = "actuators/led"
    /// Key and certificate of the same device are two peers: the one watches, the other one changes what is watched.
    private static let open = """
        rules:
          - {who: psk:device-1, may: read, on: [device, actuators/led]}
          - {who: cert:device-1, may: all, on: "**"}

        """
    private static let closed = open + "  - {who: psk:device-1, deny: all, on: \"**\"}\n"

    /// Waits until the server's log says something, so many times.
    private static func log(_ server: RunningServer, _ text: String, times: Int = 1) async throws {
        let result = await server.process.errors { $0.components(separatedBy: text).count > times }
        try #require(result.errors.components(separatedBy: text).count > times, "\(result.transcript)")
    }

    /// Puts another file in the policy's place at once.
    private static func replace(_ server: RunningServer, _ text: String) throws {
        let new = try server.folder.write(text.utf8, to: "policy.new")
        try #require(rename(new, server.folder.path("policy.yaml")) == 0)
    }

    /// Runs a closure beside a server with a policy, with a session of its device's key.
    private static func withSession(_ body: (RunningServer, ClientSession) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        try folder.write(open.utf8, to: "policy.yaml")
        let server = try await RunningServer(
            listen: ["coaps://127.0.0.1:0"], arguments: ["--policy", folder.path("policy.yaml")], folder: folder)
        let key = try KeyFolder(path: server.keys).preSharedKey(identity: "device-1")
        try await CoAPClient.withSession(to: server.coaps(), security: .preSharedKey(key)) { session in
            try await body(server, session)
        }
        try await server.stop()
    }

    @Test("The next request of a session is judged by it, and an observation ends at its next notification")
    func denied() async throws {
        try await Self.withSession { server, session in
            #expect(try await session.get("device").code == .content)
            try await session.observe(Self.led) { states in
                var iterator = states.makeAsyncIterator()
                guard case .value? = try await iterator.next() else {
                    Issue.record("no value came")
                    return
                }
                try Self.replace(server, Self.closed)
                try await Self.log(server, "policy reloaded: 3 rules")
                let answer = try await session.get("device")
                #expect(answer.code == .forbidden)
                let change = server.certificate + ["-e", "on", server.coaps("/\(Self.led)")]
                try await ToolProcess.run(.put, change).expectSuccess()
                var end: Code?
                while end == nil, let state = try await iterator.next() {
                    if case .ended(.response(let response)) = state { end = response.code }
                }
                #expect(end == .forbidden)
            }
            try Self.replace(server, Self.open)
            try await Self.log(server, "policy reloaded: 2 rules")
            #expect(try await session.get("device").code == .content)
        }
    }

    @Test("A broken file changes nothing and is complained of once, with its line; SIGHUP has the file read again")
    func broken() async throws {
        try await Self.withSession { server, session in
            let complaint = "policy.yaml:4: rules[3].may: 'reed' is no method"
            let broken = Self.open + "  - {who: anybody, may: reed, on: a}\n"
            try Self.replace(server, broken)
            try await Self.log(server, complaint)
            #expect(try await session.get("device").code == .content)
            // It is as broken as before.
            kill(server.process.id, SIGHUP)
            try Self.replace(server, broken)
            kill(server.process.id, SIGHUP)
            try Self.replace(server, Self.closed)
            try await Self.log(server, "policy reloaded: 3 rules")
            let answer = try await session.get("device")
            #expect(answer.code == .forbidden)
            // Nothing but the signal says so.
            for times in 2...3 {
                kill(server.process.id, SIGHUP)
                try await Self.log(server, "policy reloaded: 3 rules", times: times)
            }
            let errors = await server.process.errors { _ in true }.errors
            #expect(errors.components(separatedBy: complaint).count == 2, "\(errors)")
            #expect(errors.contains("the server keeps the policy it has"))
        }
    }
}
