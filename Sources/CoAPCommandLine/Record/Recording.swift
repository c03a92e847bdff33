// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator

/// What was recorded of a server so far.
final class Recording: Sendable {
    private let resources: Locked<[RecordedResource]>
    private let start = ContinuousClock.now
    private let contact = Locked(Contact())

    /// What is known of the server's being there.
    struct Contact: Sendable {
        /// When it answered last, in seconds since the beginning.
        var last = 0.0
        /// Why it does not any more; nil while it does.
        var failure: String?
    }

    /// When nothing came any more, in seconds since the beginning, and why; nil while the server answers.
    ///
    /// - Parameter patience: after how many seconds without an answer it is taken to be away, though nothing failed yet.
    func silence(after patience: Double) -> (since: Double, reason: String)? {
        let time = time
        let contact = contact.withLock { $0 }
        guard time - contact.last > (contact.failure == nil ? patience : 1) else { return nil }
        return (contact.last, contact.failure ?? "no answer came")
    }

    /// How long nothing has come, in seconds.
    var quiet: Double {
        let time = time
        return contact.withLock { time - $0.last }
    }

    /// Notes that the server is there.
    func heard() {
        let time = time
        contact.withLock { $0 = Contact(last: time) }
    }

    /// Notes that the server did not answer.
    func lost(_ reason: String) { contact.withLock { $0.failure = reason } }

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
        heard()
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
