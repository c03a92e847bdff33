// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator

/// What was recorded of a server so far.
final class Recording: Sendable {
    private let resources: Locked<[RecordedResource]>
    private let start = ContinuousClock.now

    /// A recording that begins now.
    init(_ candidates: [RecordingChoice.Candidate]) { resources = Locked(candidates.map { RecordedResource($0) }) }

    /// Seconds since it began.
    var time: Double { (ContinuousClock.now - start).inSeconds }

    /// All resources as they are now.
    var snapshot: [RecordedResource] { resources.withLock { $0 } }

    /// Takes what a resource answered.
    ///
    /// - Returns: false when it gives no number.
    @discardableResult
    func take(_ response: Response, of resource: Int) -> Bool {
        guard response.code.isSuccess else {
            let text = PrintableText.escaped(response.payload.prefix(200))
            fail("\(response.code)" + (text.isEmpty ? "" : ": \(text)"), of: resource)
            return false
        }
        guard let measurement = Measurement(response.payload, response.contentFormat) else {
            fail("it gives no number", of: resource)
            return false
        }
        let time = time
        resources.withLock { $0[resource].add(measurement, at: time) }
        return true
    }

    /// Notes that no value came.
    func fail(_ reason: String, of resource: Int) { resources.withLock { $0[resource].fail(reason) } }

    /// Notes how values come.
    func note(_ way: RecordedResource.Way, of resource: Int) { resources.withLock { $0[resource].way = way } }
}
