// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

/// A diagnosis as it is shown.
struct DoctorReport {
    let diagnosis: Diagnosis
    /// What else the tool knows about the finding; nil for nothing.
    let hint: String?
    let terminal: Terminal

    // MARK: For a person

    /// The steps of each address, the certificates, and what is wrong at the end.
    var text: String {
        var text = "\(diagnosis.uri.authority)\n" + line(diagnosis.name)
        for address in diagnosis.addresses {
            text += "\(address.address)\n" + address.steps.map(line).joined()
            for (index, certificate) in address.chain.enumerated() {
                text += self.text(of: certificate, "certificate \(index + 1) of \(address.chain.count)")
            }
        }
        return text + "\n" + conclusion
    }

    private func line(_ result: DiagnosisStep.Result) -> String {
        let verdict =
            switch result.verdict {
            case .ok: "ok"
            case .failed: "FAILED"
            case .skipped: "-"
            }
        let colour =
            switch result.verdict {
            case .ok: "32"
            case .failed: "1;31"
            case .skipped: "2"
            }
        let padded = verdict.padded(to: 6)
        let mark = terminal.hasColour ? "\u{1B}[\(colour)m\(padded)\u{1B}[0m" : padded
        return "  \(mark)  \(result.step.rawValue.padded(to: 12))  \(result.line)\n"
    }

    private func text(of certificate: CertificateDetail, _ title: String) -> String {
        let names = certificate.names.isEmpty ? "none" : certificate.names.joined(separator: ", ")
        let rows = [
            (title, certificate.subject), ("  issuer", PrintableText.escaped(certificate.issuer.utf8)),
            ("  names", PrintableText.escaped(names.utf8)),
            (
                "  valid",
                "\(UniversalTime.text(certificate.notBefore)) to \(UniversalTime.text(certificate.notAfter))"
            ), ("  SHA-256", Hexadecimal.encode(certificate.identity.fingerprint)),
        ]
        return rows.map { "    \($0.0.padded(to: 20))  \($0.1)\n" }.joined()
    }

    private var conclusion: String {
        guard let finding = diagnosis.finding else {
            let failing = diagnosis.addresses.filter { $0.finding != nil }
            guard !failing.isEmpty else { return "All is well.\n" }
            let list = failing.map { "\($0.address): \($0.finding?.finding.what ?? "")" }
            return "Clients get their answers, but not from every address. \(list.joined(separator: "; ")).\n"
        }
        var text = "FAILED at \(finding.step.rawValue): \(finding.finding.what)\n"
        text += "  Why    \(finding.why)\n"
        var advice = [finding.finding.advice, hint ?? ""].filter { !$0.isEmpty }
        advice += DoctorAdvice.commands(finding, of: diagnosis).map { "$ \($0)" }
        for (index, line) in advice.enumerated() { text += "  \(index == 0 ? "To do" : "     ")  \(line)\n" }
        return text
    }

    // MARK: For a program

    /// The same as one object.
    var json: JSONValue {
        .object([
            .init("uri", .string(diagnosis.uri.authority)), .init("well", .bool(diagnosis.isWell)),
            .init("name", Self.json(diagnosis.name)),
            .init("addresses", .array(diagnosis.addresses.map(json))),
            .init("finding", diagnosis.finding.map(json) ?? .null),
        ])
    }

    private func json(_ address: AddressDiagnosis) -> JSONValue {
        .object([
            .init("address", .string(address.address.description)),
            .init("steps", .array(address.steps.map(Self.json))),
            .init("certificates", .array(address.chain.map(Self.json))),
            .init("finding", address.finding.map(json) ?? .null),
        ])
    }

    private func json(_ finding: Diagnosis.Finding) -> JSONValue {
        .object([
            .init("step", .string(finding.step.rawValue)), .init("kind", .string(finding.finding.kind.rawValue)),
            .init("what", .string(finding.finding.what)), .init("why", .string(finding.why)),
            .init("advice", .string(finding.finding.advice)),
            .init("commands", .array(DoctorAdvice.commands(finding, of: diagnosis).map(JSONValue.string))),
        ])
    }

    private static func json(_ result: DiagnosisStep.Result) -> JSONValue {
        .object([
            .init("step", .string(result.step.rawValue)), .init("verdict", .string(result.verdict.rawValue)),
            .init("line", .string(result.line)),
        ])
    }

    private static func json(_ certificate: CertificateDetail) -> JSONValue {
        .object([
            .init("subject", .string(certificate.subject)), .init("issuer", .string(certificate.issuer)),
            .init("names", .array(certificate.names.map(JSONValue.string))),
            .init("notBefore", .number(String(certificate.notBefore))),
            .init("notAfter", .number(String(certificate.notAfter))),
            .init("sha256", .string(Hexadecimal.encode(certificate.identity.fingerprint))),
        ])
    }
}

extension String {
    /// The text with spaces behind it.
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
