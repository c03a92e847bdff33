// SPDX-License-Identifier: Apache-2.0

/// What is the matter with one address of a server.
package struct AddressDiagnosis: Sendable {
    /// The address.
    package let address: SocketAddress
    /// Every step behind the look-up of the name.
    package let steps: [DiagnosisStep.Result]
    /// What failed; nil when nothing did.
    package let finding: Diagnosis.Finding?
    /// The server's certificates as it sent them, its own first; empty where there were none.
    package let chain: [CertificateDetail]

    /// Concludes from what was seen.
    ///
    /// - Parameter now: this side's clock, in seconds since 1970.
    init(_ seen: AddressObservation, _ subject: DiagnosisSubject, now: Int64) {
        address = seen.address
        chain = seen.chain
        let finding = DiagnosisFindings(seen: seen, subject: subject, now: now).finding
        self.finding = finding
        let lines = StepLines(seen: seen, subject: subject)
        steps = StepLines.steps(isSecure: seen.isSecure).map { step in
            guard let finding, step >= finding.step else { return lines.result(step) }
            if step == finding.step { return .init(step: step, verdict: .failed, line: finding.finding.what) }
            return .init(step: step, verdict: .skipped, line: "not reached")
        }
    }
}
