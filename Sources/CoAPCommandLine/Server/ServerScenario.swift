// SPDX-License-Identifier: Apache-2.0

import CoAP
import Conformance
import DeviceSimulator
import ScenarioFile

/// What `coap-server` serves.
enum ServerScenario: Sendable {
    /// Simulated devices.
    case devices(Scenario)
    /// The resources of ETSI's CoAP plugtest.
    case plugtest

    /// The scenario that is served where none is named.
    static let usualName = "thermostat"

    /// A scenario by its name or its file.
    ///
    /// - Parameters:
    ///   - nameOrPath: `smart-building`, or the path of a file. `device` is what the thermostat was called.
    ///   - seed: where random numbers start; nil for the scenario's own.
    ///   - speed: how many simulated seconds pass in a second; nil for the scenario's own.
    /// - Throws: as `ScenarioArgument.document(_:)`; `CoAPError` with code `invalidArgument` for what goes not together.
    init(named nameOrPath: String, seed: UInt64?, speed: Double?) throws {
        guard speed.map(Scenario.speeds.contains) ?? true else {
            throw CoAPError(.invalidArgument, "--speed takes simulated seconds a second, from 0.001 to 1000000")
        }
        guard nameOrPath != "plugtest" else {
            guard seed == nil, speed == nil else {
                throw CoAPError(
                    .invalidArgument, "--seed and --speed are for simulated devices; leave them out with plugtest")
            }
            self = .plugtest
            return
        }
        let document = try ScenarioArgument.document(nameOrPath == "device" ? Self.usualName : nameOrPath)
        var scenario = document.scenario
        scenario.seed = seed ?? scenario.seed
        scenario.speed = speed ?? scenario.speed
        guard scenario.deviceCount > 0 else {
            throw CoAPError(
                .invalidArgument,
                "'\(PrintableText.escaped(nameOrPath.utf8))' has no devices to serve; add groups, or take another one")
        }
        guard scenario.deviceCount <= Self.maximumDevices else {
            throw CoAPError(
                .invalidArgument,
                "'\(PrintableText.escaped(nameOrPath.utf8))' has \(scenario.deviceCount) devices, and a server hosts "
                    + "\(Self.maximumDevices) at most; 'coap simulate' runs more as clients")
        }
        self = .devices(scenario)
    }

    /// The most devices that are hosted.
    static let maximumDevices = 10_000

    /// True for the resources of ETSI's plugtest.
    var isPlugtest: Bool { if case .plugtest = self { true } else { false } }

    /// What can be typed to try it.
    var examples: ServerExamples {
        switch self {
        case .devices(let scenario): ServerExamples(scenario)
        case .plugtest: ServerExamples(readable: "test", writable: nil)
        }
    }

    /// What peers are let in by: the keys folder's credentials, and the key that everybody knows where the scenario has one.
    ///
    /// - Throws: `CoAPError` as `PlugtestKeys(beside:)`.
    func security(_ credentials: ServerSecurity) throws(CoAPError) -> ServerSecurity {
        guard case .plugtest = self else { return credentials }
        var security = credentials
        security.preSharedKeys = try PlugtestKeys(beside: credentials.preSharedKeys)
        return security
    }
}
