// SPDX-License-Identifier: Apache-2.0

import CoAP
import Logging

/// Takes down who set which actuator: for the resource, the log, and whoever else wants to know.
final class AuditRecorder: Sendable {
    private let trail = Locked(AuditTrail())
    private let logger: Logger?
    private let each: @Sendable (ActuatorAudit) -> Void

    init(logger: Logger?, each: @escaping @Sendable (ActuatorAudit) -> Void) {
        self.logger = logger
        self.each = each
    }

    /// The newest records, the oldest one first.
    var records: [ActuatorAudit] { trail.withLock { $0.records } }

    func record(_ audit: ActuatorAudit) {
        trail.withLock { $0.add(audit) }
        each(audit)
        guard let logger else { return }
        var metadata: Logger.Metadata = [
            "device": "\(audit.device)", "resource": "\(audit.resource)", "outcome": "\(audit.outcome)",
            "before": "\(audit.before.map(Digits.text) ?? "-")", "after": "\(audit.after.map(Digits.text) ?? "-")",
        ]
        if let identity = audit.identity { metadata["coap.peer.identity"] = "\(identity)" }
        switch audit.verdict {
        case .accepted: logger.info("actuator was set", metadata: metadata)
        // A peer can be refused as often as it likes.
        case .refused: logger.debug("actuator refused", metadata: metadata)
        case .failSafe: logger.warning("actuator took its fail-safe value", metadata: metadata)
        }
    }
}
