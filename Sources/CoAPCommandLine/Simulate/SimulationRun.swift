// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Foundation
import Logging

/// One run of `coap simulate`.
struct SimulationRun: Sendable {
    /// What is simulated.
    let scenario: Scenario
    /// Where every value goes; nil for nowhere.
    let values: ValuesFile?
    /// True without anything on the terminal while it runs.
    let isQuiet: Bool
    /// True where the standard output is wanted for something else than the live view.
    let keepsOutput: Bool
    /// Where it can be broken by hand; nil for nowhere.
    var control: String?

    /// Makes the values without a network, until they cannot be written any more.
    func offline() async -> SimulationResult {
        let fleet = Fleet(scenario)
        let values = values
        let report = await untilFailed { fleet.runOffline { device, sample in values?.add(device, sample) } }
        var result = SimulationResult(report: report, seed: scenario.seed)
        result.isOffline = true
        result.isCutShort = Task.isCancelled
        return result
    }

    /// Runs the fleet against a server.
    ///
    /// - Parameters:
    ///   - uri: somebody else's; nil for one in this process.
    ///   - credentials: for somebody else's.
    /// - Throws: `CoAPError` when it cannot begin.
    func online(_ uri: CoAPURI?, _ credentials: CredentialOptions) async throws -> SimulationResult {
        let memory = ResidentMemory.bytes
        let fleet = Fleet(scenario)
        try OpenFiles.allow(fleet.devices.count + DeviceLinks.files(for: scenario, fleet.devices))
        var logger = Logger(label: "coap.simulate")
        logger.logLevel = .critical
        let surroundings =
            if let uri {
                try await SimulationSurroundings.foreign(uri, fleet, credentials, logger: logger)
            } else {
                try await SimulationSurroundings.own(fleet, logger: logger)
            }
        let control: BackgroundServer?
        do {
            control =
                if let text = self.control {
                    try await ControlServer.start(text, fleet, credentials.keysFolder.folder(), logger: logger)
                } else {
                    nil
                }
        } catch {
            await surroundings.stop()
            throw error
        }
        let view = view
        let monitor = SimulationMonitor(
            fleet, view, start: scenario.start ?? Date().timeIntervalSince1970,
            control: control?.uris.map { ControlServer.place(of: $0) } ?? [], memory: memory)
        let watching = Task { await monitor.run() }
        let values = values
        let run: Result<FleetReport, CoAPError> = await untilFailed {
            do throws(CoAPError) {
                return .success(
                    try await fleet.run(in: surroundings) { device, sample in values?.add(device, sample) })
            } catch {
                return .failure(error)
            }
        }
        let isCutShort = Task.isCancelled && scenario.duration.map { fleet.snapshot.time < $0 } ?? false
        watching.cancel()
        await watching.value
        await control?.stop()
        await surroundings.stop()
        var result = SimulationResult(report: try run.get(), seed: scenario.seed)
        result.isCutShort = isCutShort
        result.allUpAfter = monitor.allUpAfter
        result.bytesPerDevice = monitor.bytesPerDevice
        result.hasOwnServer = uri == nil
        return result
    }

    /// Runs something, and cancels it when this task is cancelled or the values cannot be written.
    private func untilFailed<Outcome: Sendable>(_ body: @escaping @Sendable () async -> Outcome) async -> Outcome {
        let task = Task { await body() }
        values?.onFailure { task.cancel() }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private var view: SimulationMonitor.View {
        if isQuiet { return .none }
        return Terminal.output.isInteractive && !keepsOutput ? .screen(FleetScreen()) : .lines
    }
}
