// SPDX-License-Identifier: Apache-2.0

/// What is said of the steps that did not fail.
struct StepLines {
    let seen: AddressObservation
    let subject: DiagnosisSubject

    /// The steps behind the look-up of a name.
    static func steps(isSecure: Bool) -> [DiagnosisStep] {
        isSecure ? Array(DiagnosisStep.allCases.dropFirst()) : [.route, .reachability, .request]
    }

    /// What became of a step.
    func result(_ step: DiagnosisStep) -> DiagnosisStep.Result {
        func ok(_ line: String) -> DiagnosisStep.Result { .init(step: step, verdict: .ok, line: line) }
        func skipped(_ line: String) -> DiagnosisStep.Result { .init(step: step, verdict: .skipped, line: line) }
        switch step {
        case .name: return ok("")
        case .route: return ok("from \(seen.local?.description ?? "?")")
        case .reachability:
            guard let time = seen.heardAfter else { return ok("only plain CoAP is answered") }
            return ok("answered after \(Self.milliseconds(time))")
        case .hello:
            return ok(
                seen.sentCookie ? "DTLS 1.2, addresses are checked with a cookie" : "DTLS 1.2, no cookie is asked for")
        case .cipher: return ok(seen.cipherSuite ?? "agreed on")
        case .certificate:
            guard subject.keyIdentity == nil else { return skipped("a pre-shared key needs none") }
            guard let own = seen.chain.first else { return ok("good") }
            return ok("\(own.subject), valid until \(UniversalTime.text(own.notAfter))")
        case .host:
            guard subject.keyIdentity == nil else { return skipped("a pre-shared key names no host") }
            return ok("the certificate names '\(PrintableText.escaped(subject.uri.host.utf8))'")
        case .key:
            if let identity = subject.keyIdentity {
                return ok("both sides know the key of '\(PrintableText.escaped(identity))'")
            }
            guard seen.wantsCertificate else { return skipped("the server asks for no certificate") }
            return ok("the server takes \(subject.ownCertificate?.subject ?? "clients without a certificate")")
        case .request:
            guard let answer = seen.answer else { return skipped("not reached") }
            let time = Self.milliseconds(answer.duration)
            return ok(
                answer.code.map { "GET /.well-known/core: \($0) after \(time)" }
                    ?? "no answer to GET /.well-known/core, but to a ping after \(time)")
        }
    }

    static func milliseconds(_ duration: Duration) -> String {
        let tenths = Int((duration.inSeconds * 10_000).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
