// SPDX-License-Identifier: Apache-2.0

/// Something that people ask of a fleet that runs. The engine does it at the present moment, to devices that have come to it.
enum FleetRequest: Sendable {
    /// A fault happens to devices, by their numbers.
    case inject(Fault, devices: [Int])
    /// A fault by hand, or its end.
    case control(SimulationControl.Change)

    /// The numbers of the devices it is about; nil for all.
    var devices: [Int]? {
        switch self {
        case .inject(_, let devices), .control(.inject(_, _, let devices)): devices
        case .control(.withdraw): nil
        }
    }

    /// Does it to devices as they are.
    func perform(on all: [Device]) {
        switch self {
        case .inject(let fault, let devices): for number in devices { all[number].inject(fault) }
        case .control(let change): change.apply(to: all)
        }
    }
}
