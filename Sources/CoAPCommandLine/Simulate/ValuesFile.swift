// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator

/// The file that every value of a simulation is written to, as CSV.
final class ValuesFile: @unchecked Sendable {
    // Sendable: touched only while the lock is held.
    private let file: OutputFile
    private let csv: Locked<ValuesCSV>
    private let failure: Locked<OutputError?>
    private let whenFailed: Locked<(@Sendable () -> Void)?>

    /// Begins with the line of names.
    ///
    /// - Parameters:
    ///   - path: the file; `-` is the standard output.
    ///   - scenario: tells devices, resources and units.
    ///   - start: the date at the start, in seconds since 1970; nil for the scenario's, or the usual one.
    /// - Throws: ``OutputError`` when it cannot be made.
    init(_ path: String, _ scenario: Scenario, start: Double?) throws(OutputError) {
        let file = try OutputFile(path)
        let failure = Locked<OutputError?>(nil)
        let whenFailed = Locked<(@Sendable () -> Void)?>(nil)
        let sink = Sink(file)
        csv = Locked(
            ValuesCSV(scenario, start: start) { bytes in
                do throws(OutputError) {
                    try sink.file.write(bytes)
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                    whenFailed.withLock { $0 }?()
                }
            })
        self.file = file
        self.failure = failure
        self.whenFailed = whenFailed
    }

    /// The file, for the closure that writes it.
    private struct Sink: @unchecked Sendable {
        // Sendable: the closure is called only while the lock around the lines is held.
        let file: OutputFile

        init(_ file: OutputFile) { self.file = file }
    }

    /// Has something done as soon as what was added could not be written, such as on a full disk.
    func onFailure(_ act: @escaping @Sendable () -> Void) {
        whenFailed.withLock { $0 = act }
        if hasFailed { act() }
    }

    /// Adds the line of a value.
    func add(_ device: Int, _ sample: Sample) { csv.withLock { $0.add(device: device, sample) } }

    /// True when what was added could not be written.
    var hasFailed: Bool { failure.withLock { $0 != nil } }

    /// Writes what is left, and puts the file in its place.
    ///
    /// - Throws: ``OutputError`` when something could not be written.
    func finish() throws(OutputError) {
        csv.withLock { $0.finish() }
        if let failure = failure.withLock({ $0 }) { throw failure }
        try file.commit()
    }
}
