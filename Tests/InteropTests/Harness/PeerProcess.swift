// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import TestSupport

/// A program that runs beside a test. What it prints is collected as it comes, so it never waits for a reader; it is killed
/// when nobody holds this any more.
final class PeerProcess: Sendable {
    /// How long a test waits for anything a program should do soon, on a busy machine too.
    static let patience: Duration = .seconds(180)

    /// The program's process id.
    var processID: Int32 { monitor.child.id }

    private let monitor: PeerMonitor

    /// Starts a program with the tests' environment and the additions.
    ///
    /// - Throws: `ProcessStartError`.
    init(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        var settings = ProcessInfo.processInfo.environment
        settings["LC_ALL"] = "C.UTF-8"
        settings.merge(environment) { _, new in new }
        monitor = PeerMonitor(try ChildProcess(program, arguments, environment: settings))
        monitor.start()
    }

    deinit { monitor.signal(SIGKILL) }

    /// Starts a program, closes its input and waits for its end.
    ///
    /// - Throws: `ProcessStartError`, ``PeerError``: `missing`, or `late` at the deadline, when it is killed.
    static func run(
        _ peer: Peer, _ arguments: [String], environment: [String: String] = [:], within deadline: Duration = patience
    ) async throws -> PeerResult {
        let process = try PeerProcess(try peer.path, arguments, environment: environment)
        process.closeInput()
        return try await process.end(within: deadline)
    }

    /// Runs `openssl` to its end, which must be a good one.
    ///
    /// - Throws: as ``run(_:_:environment:within:)``, and ``PeerError/failed(_:)`` when it complains.
    static func openssl(_ arguments: [String]) async throws {
        let result = try await run(.openssl, arguments)
        guard result.status == 0 else {
            throw PeerError.failed("openssl \(arguments.joined(separator: " ")): \(result.transcript)")
        }
    }

    /// The first line of either output that fits, from the start of the program on; waits for it if it has not come.
    ///
    /// - Throws: ``PeerError``: `ended` when it cannot come any more, `late` at the deadline.
    @discardableResult
    func line(
        _ what: String, within deadline: Duration = patience, where fits: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        let line = try await monitor.wait(for: .line(fits), what, within: deadline)
        guard let line else { throw PeerError.ended(waitingFor: what, transcript: monitor.result.transcript) }
        return line
    }

    /// The first line of either output that contains a text; otherwise as ``line(_:within:where:)``.
    @discardableResult
    func line(containing text: String, within deadline: Duration = patience) async throws -> String {
        try await line("'\(text)'", within: deadline) { $0.contains(text) }
    }

    /// Waits until a text stands in the standard output, be its line finished or not.
    ///
    /// - Throws: as ``line(_:within:where:)``.
    func output(containing text: String, within deadline: Duration = patience) async throws {
        guard try await monitor.wait(for: .text(text), "'\(text)'", within: deadline) != nil else {
            throw PeerError.ended(waitingFor: "'\(text)'", transcript: monitor.result.transcript)
        }
    }

    /// Waits for the program's end.
    ///
    /// - Throws: ``PeerError/late(waitingFor:transcript:)``, after it was killed.
    func end(within deadline: Duration = patience) async throws -> PeerResult {
        do {
            _ = try await monitor.wait(for: .end, "its end", within: deadline)
        } catch {
            monitor.signal(SIGKILL)
            throw error
        }
        return monitor.result
    }

    /// Asks the program to end (SIGTERM), kills it if it does not, and waits until it is gone.
    @discardableResult
    func stop(within grace: Duration = .seconds(5)) async throws -> PeerResult {
        monitor.signal(SIGTERM)
        closeInput()
        do {
            _ = try await monitor.wait(for: .end, "its end after SIGTERM", within: grace)
        } catch {
            monitor.signal(SIGKILL)
            _ = try await monitor.wait(for: .end, "its end after SIGKILL", within: Self.patience)
        }
        return monitor.result
    }

    /// Ends the program without its help and waits until it is gone.
    func kill() async throws {
        monitor.signal(SIGKILL)
        _ = try await monitor.wait(for: .end, "its end after SIGKILL", within: Self.patience)
    }

    /// Writes to the program's standard input.
    func send(_ bytes: some Collection<UInt8>) { monitor.send(Array(bytes)) }

    /// Closes the program's standard input.
    func closeInput() { monitor.closeInput() }
}
