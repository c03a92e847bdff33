// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator

/// Watches a fleet while it runs: shows it, and sees how soon its devices are up and how much memory they take.
final class SimulationMonitor: Sendable {
    /// How the fleet is shown.
    enum View {
        /// On a terminal's other screen.
        case screen(FleetScreen)
        /// In lines on the standard error.
        case lines
        /// Not at all.
        case none
    }

    private struct Seen {
        var allUpAfter: Double?
        var bytes: Int
    }

    private let fleet: Fleet
    private let view: View
    private let start: Double
    private let before: Int
    private let control: [String]
    private let seen: Locked<Seen>

    /// How often it looks, in milliseconds; and for how many looks a line stands.
    private static let (interval, looksPerScreen, looksPerLine) = (100, 10, 50)

    /// - Parameters:
    ///   - start: the simulated date at the start, in seconds since 1970.
    ///   - control: where it can be broken by hand.
    ///   - memory: what the process took before there was a fleet, in bytes.
    init(_ fleet: Fleet, _ view: View, start: Double, control: [String] = [], memory: Int?) {
        self.fleet = fleet
        self.view = view
        self.start = start
        before = memory ?? 0
        self.control = control
        seen = Locked(Seen(bytes: 0))
    }

    /// After how many real seconds all devices that report were up; nil when they never were.
    var allUpAfter: Double? { seen.withLock(\.allUpAfter) }

    /// With fewer devices what they have in common would be most of it.
    private static let fewest = 100

    /// How many bytes a device took at most; nil for few devices.
    var bytesPerDevice: Int? {
        let most = seen.withLock(\.bytes)
        guard before > 0, most > before, fleet.devices.count >= Self.fewest else { return nil }
        return (most - before) / fleet.devices.count
    }

    /// Watches until the task is cancelled.
    func run() async {
        var panel = FleetPanel(fleet.scenario, start: start, control: control)
        let wanted = fleet.devices.count { $0.group.report != nil }
        var look = 0
        while !Task.isCancelled {
            let snapshot = fleet.snapshot
            seen.withLock { seen in
                seen.bytes = max(seen.bytes, ResidentMemory.bytes ?? 0)
                if seen.allUpAfter == nil, wanted > 0, snapshot.counters.devicesUp >= wanted {
                    seen.allUpAfter = snapshot.elapsed
                }
            }
            switch view {
            case .screen(let screen) where look % Self.looksPerScreen == 0:
                panel.take(snapshot)
                screen.draw(panel.rows)
            case .lines where look > 0 && look % Self.looksPerLine == 0:
                panel.take(snapshot)
                Terminal.writeError(panel.line + "\n")
            default: break
            }
            look += 1
            try? await Task.sleep(for: .milliseconds(Self.interval))
        }
        if case .screen(let screen) = view { screen.leave() }
    }
}
