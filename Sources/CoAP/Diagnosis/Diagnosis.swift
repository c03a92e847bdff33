// SPDX-License-Identifier: Apache-2.0

/// What is the matter with the way to a server, step by step.
package struct Diagnosis: Sendable {
    /// What went wrong at a step, why that is concluded, and what to do.
    package struct Finding: Hashable, Sendable {
        /// The step that failed.
        package var step: DiagnosisStep
        /// What it is, in a word and in words.
        package var finding: HandshakeFinding
        /// What was seen from which it follows.
        package var why: String
    }

    /// The server.
    package var uri: CoAPURI
    /// The look-up of the host's name.
    package var name: DiagnosisStep.Result
    /// Why there is no address; nil when there is one.
    package var nameFinding: Finding?
    /// The identity of this side's key; nil with certificates and plain CoAP.
    package var keyIdentity: [UInt8]?
    /// Every address of the host, in the system's order.
    package var addresses: [AddressDiagnosis] = []

    /// True when a client gets its answers: at one address at least.
    package var isWell: Bool { addresses.contains { $0.finding == nil } }

    /// What is to be mended first; nil when a client gets its answers.
    package var finding: Finding? {
        guard !isWell else { return nil }
        let all = addresses.compactMap(\.finding)
        // Where somebody spoke, more is known.
        return nameFinding ?? all.min { $0.step > $1.step }
    }
}
