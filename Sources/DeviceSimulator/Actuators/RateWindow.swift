// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What an actuator was told within the last second, so that it changes by no more than it may in one.
struct RateWindow {
    /// The commands of the last second in their order, and before them the one that held when it began.
    private var commands: [(time: Double, value: Double)]

    /// How many commands there may be in a second.
    static let maximumCommands = 32

    /// - Parameter value: what holds at first.
    init(_ value: Double) { commands = [(-.infinity, value)] }

    /// Looks whether a value may follow.
    ///
    /// - Throws: `ResponseError` with 4.09 that says between what the value must be.
    mutating func check(_ value: Double, at time: Double, limit: Double, _ unit: String) throws(ResponseError) {
        let gone = commands.dropFirst().prefix { $0.time <= time - 1 }.count
        commands.removeFirst(gone)
        guard commands.count < Self.maximumCommands else {
            throw ResponseError(.conflict, "more than \(Self.maximumCommands) changes in a second; wait for one")
        }
        var (low, high) = (Double.infinity, -Double.infinity)
        for command in commands {
            low = min(low, command.value)
            high = max(high, command.value)
        }
        // Steps such as 0.1 have rounding errors.
        let slack = limit * 1e-9
        guard value >= high - limit - slack, value <= low + limit + slack else {
            throw ResponseError(
                .conflict,
                "changes by at most \(Digits.text(limit))\(unit) in a second; now "
                    + "\(Digits.text(high - limit)) to \(Digits.text(low + limit))\(unit) is allowed")
        }
    }

    /// Takes down what it was told.
    mutating func note(_ value: Double, at time: Double) {
        if value != commands.last?.value { commands.append((time, value)) }
    }
}
