// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import TestSupport
import Testing

/// Mounts an attack on a server of its own and looks at the server before and afterwards.
///
/// After each attack the server still serves honest clients, no handler of what is secret has run, the process ends as it
/// should, and its memory is back within 10 % of what it was before; what is forgotten by design after seconds is waited for.
enum AttackBench {
    /// What an attack came to.
    struct Outcome {
        /// How often it was tried.
        var tries: Int
        /// How often it worked.
        var gotThrough: Int
        /// Against whom the same attack works, and how often it did: what shows that it is one.
        var control: (against: String, gotThrough: Int)?
    }

    private static let memoryDeadline: Duration = .seconds(120)

    /// Runs an attack and expects it to fail.
    ///
    /// - Parameters:
    ///   - name: what the table calls it.
    ///   - arguments: options of the server.
    ///   - secretRuns: how often handlers of the secret may have run: what an honest peer of the attack asks for.
    ///   - body: the attack.
    static func run(
        _ name: String, arguments: [String] = [], secretRuns: Int = 0, isolation: isolated (any Actor)? = #isolation,
        sourceLocation: SourceLocation = #_sourceLocation, _ body: (Target) async throws -> Outcome
    ) async throws {
        let target = try await Target(arguments)
        try await warmUp(target)
        let before = try await target.witness().residentKilobytes
        let outcome: Outcome
        do {
            outcome = try await body(target)
        } catch {
            AttackReport.add(name, "the attack could not be mounted: \(error)")
            throw error
        }
        let isAlive = await target.servesHonestClients()
        let after = try await witness(target, below: before + before / 10)
        let status = await target.stop()
        let memoryIsBack = Sanitizer.isActive || after.residentKilobytes <= before + before / 10
        AttackReport.add(
            name, outcome, isAlive: isAlive && status == 0, before: before, after: after.residentKilobytes,
            memoryIsBack: memoryIsBack)

        #expect(outcome.tries > 0, sourceLocation: sourceLocation)
        #expect(outcome.gotThrough == 0, "of \(outcome.tries) tries", sourceLocation: sourceLocation)
        #expect(isAlive, sourceLocation: sourceLocation)
        #expect(status == 0, "the server ended so: \(target.program.result.text)", sourceLocation: sourceLocation)
        #expect(secrets(after) == secretRuns, "\(after.runs)", sourceLocation: sourceLocation)
        #expect(
            memoryIsBack, "\(before) KiB before, \(after.residentKilobytes) KiB afterwards",
            sourceLocation: sourceLocation)
        if let control = outcome.control {
            #expect(control.gotThrough > 0, "it has to work on \(control.against)", sourceLocation: sourceLocation)
        }
    }

    /// How often handlers of what is secret have run.
    static func secrets(_ witness: AttackWitness) -> Int {
        witness.runs.reduce(0) { $0 + ($1.key.lowercased().contains(" /secret") ? $1.value : 0) }
    }

    /// Brings the process into the state of a server that has worked for some time.
    private static func warmUp(_ target: Target) async throws {
        for _ in 0..<3 {
            let isServed = await target.servesHonestClients()
            try #require(isServed, "the server does not work before the attack")
        }
        let (plain, secure) = (target.plain.port, target.secure.port)
        try await AttackSocket.blocking {
            var generator = SeededGenerator(seed: 1)
            for number in 0..<200 {
                let socket = try AttackSocket(to: plain, from: AttackSocket.source(number))
                socket.send(RawRequest(.get, "honest").bytes)
                try AttackSocket(to: secure).send(Hello(&generator).datagram)
            }
        }
        try await target.withOperator { session in
            for _ in 0..<100 { _ = try await session.get("honest") }
        }
    }

    /// What the server tells when its memory is back, or at the deadline.
    private static func witness(_ target: Target, below limit: Int) async throws -> AttackWitness {
        let end = ContinuousClock.now + (Sanitizer.isActive ? .zero : memoryDeadline)
        var witness = try await target.witness()
        while witness.residentKilobytes > limit, ContinuousClock.now < end {
            // Until sessions and handshakes have run out.
            try await Task.sleep(for: .seconds(1))
            witness = try await target.witness()
        }
        return witness
    }
}
