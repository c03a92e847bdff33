// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import TestSupport
import Testing

/// The server under attack, in a process of its own.
struct Target: Sendable {
    let program: RunningProgram
    let folder: AttackFolder
    /// Where it listens, `coaps://127.0.0.1:…`.
    let secure: CoAPURI
    /// Where it listens without DTLS.
    let plain: CoAPURI

    /// Starts the server; its options are in `Tests/AttackTarget/AttackTarget.swift`.
    init(_ arguments: [String] = []) async throws {
        folder = try await AttackFolder.shared
        let program = try RunningProgram(RunningProgram.built("attack-target"), [folder.keys.path] + arguments)
        let mark = "listening on "
        func announced(_ output: String) -> [String] {
            output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().filter { $0.hasPrefix(mark) }
                .map { String($0.dropFirst(mark.count)) }
        }
        _ = await program.wait { announced($0.text).count == 2 }
        let uris = announced(program.result.text)
        try #require(uris.count == 2, "attack-target did not start: \(program.result.text)")
        self.program = program
        secure = try CoAPURI(uris[0])
        plain = try CoAPURI(uris[1])
    }

    /// Ends the server; its exit status, 0 when it ended as it should.
    func stop() async -> Int32 {
        program.closeInput()
        return await program.end().status
    }

    /// Runs a closure beside a server that is there for a control only.
    static func with<Result>(
        _ arguments: [String], isolation: isolated (any Actor)? = #isolation, _ body: (Target) async throws -> Result
    ) async throws -> Result {
        let target = try await Target(arguments)
        let result = try await body(target)
        _ = await target.stop()
        return result
    }

    /// The deadlines of those who watch: on a busy machine nothing is quick.
    static var patient: ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.handshakeTimeout = .seconds(90)
        configuration.requestTimeout = .seconds(120)
        return configuration
    }

    /// Has the server keep silent sessions, where an attack is on what it remembers of them: a busy machine makes peers silent.
    static let longSessions = ["--session-timeout", "600"]

    /// A session of the operator.
    func withOperator<Result>(
        through port: UInt16? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: (ClientSession) async throws -> Result
    ) async throws -> Result {
        try await withSession(.preSharedKey(folder.operatorKey), through: port, body)
    }

    /// A session with any credentials, by a man in the middle's port perhaps.
    func withSession<Result>(
        _ security: ClientSecurity, through port: UInt16? = nil, configuration: ClientConfiguration = patient,
        isolation: isolated (any Actor)? = #isolation, _ body: (ClientSession) async throws -> Result
    ) async throws -> Result {
        var uri = secure
        if let port { uri.port = port }
        return try await CoAPClient.withSession(to: uri, security: security, configuration: configuration, body)
    }

    /// True when an honest client is served, by a new session with a key, one with a certificate, and without DTLS.
    func servesHonestClients() async -> Bool {
        do {
            let certificate = ClientSecurity.certificate(
                try folder.keys.deviceCredential(named: "device-1"), trust: try folder.keys.trustAnchors())
            for security in [.preSharedKey(folder.operatorKey), certificate] {
                let answer = try await withSession(security) { try await $0.get("honest") }
                guard answer.text == "honest" else { return false }
            }
            let answer = try await CoAPClient.withSession(to: plain, security: .plain, configuration: Self.patient) {
                try await $0.get("honest")
            }
            return answer.text == "honest"
        } catch {
            Issue.record("an honest client is not served: \(error)")
            return false
        }
    }

    /// What the server tells about itself.
    func witness() async throws -> AttackWitness {
        let answer = try await withOperator { try await $0.get("witness") }
        try #require(answer.code == .content, "the witness answers \(answer.code)")
        return try JSONDecoder().decode(AttackWitness.self, from: Data(answer.payload))
    }
}
