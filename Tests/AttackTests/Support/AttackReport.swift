// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// The rows of `make attack`'s table: one line for each attack, tabs between its columns, in the file that ATTACK_REPORT names.
enum AttackReport {
    /// Adds the outcome of an attack.
    static func add(
        _ name: String, _ outcome: AttackBench.Outcome, isAlive: Bool, before: Int, after: Int, memoryIsBack: Bool
    ) {
        write([
            name, "\(outcome.tries)", "\(outcome.gotThrough)", isAlive ? "yes" : "NO",
            Sanitizer.isActive ? "-" : "\(before)", Sanitizer.isActive ? "-" : "\(after)\(memoryIsBack ? "" : " !")",
            outcome.control.map { "\($0.against): \($0.gotThrough)" } ?? "-",
        ])
    }

    /// Adds an attack that could not be mounted.
    static func add(_ name: String, _ problem: String) { write([name, "0", "?", "?", "-", "-", problem]) }

    private static func write(_ columns: [String]) {
        guard let path = ProcessInfo.processInfo.environment["ATTACK_REPORT"] else { return }
        let line = columns.map { $0.replacing(/[\t\n]/, with: " ") }.joined(separator: "\t") + "\n"
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        guard descriptor >= 0 else { return }
        // One call: lines of tests that end at the same time stay whole.
        _ = Glibc.write(descriptor, line, line.utf8.count)
        close(descriptor)
    }
}
