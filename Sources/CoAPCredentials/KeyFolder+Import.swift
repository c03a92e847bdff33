// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
public import CoAP
import Glibc

extension KeyFolder {
    /// Has servers let in devices that others made certificates for.
    ///
    /// The certificate of an authority lets in every device it signs for, under whatever name. A certificate that a device
    /// signed for itself, and which says that it signs no other, lets in that device.
    ///
    /// - Parameters:
    ///   - source: a PEM file with the certificate, or with an authority's and that of the one above it.
    ///   - name: what to call it here; the file's name without its ending, or digits of the fingerprint, when nil.
    /// - Throws: `CoAPError`: `fileUnavailable` when the file cannot be read or the folder not be written;
    ///   `invalidCredentials` for a private key, a certificate that has expired, or one that cannot be believed by itself;
    ///   `invalidArgument` for a bad name.
    public func importCertificates(from source: String, named name: String? = nil) throws(CoAPError) -> ImportReport {
        if let name { try Self.checkName(name) }
        try require(certificateAuthorityPath, else: initCommand)
        let shown = PrintableText.escaped(source.utf8)
        var bytes = try CredentialFiles.contents(at: source)
        defer { bytes.wipe() }
        func bad(_ what: String) -> CoAPError { CoAPError(.invalidCredentials, "\(shown): \(what)") }
        if Self.holdsPrivateKey(bytes) {
            throw bad(
                "there is a private key in it, which should stay with its owner; give a file with the certificate alone, and if "
                    + "the key came here by mistake, replace both")
        }
        let certificates = IssuedCertificate.all(in: bytes)
        guard !certificates.isEmpty else {
            throw bad("there is no PEM certificate in it; it must contain '-----BEGIN CERTIFICATE-----'")
        }
        var summaries: [CertificateSummary] = []
        for certificate in certificates { summaries.append(try certificate.summary()) }
        let now = Int64(time(nil))
        if let expired = summaries.first(where: { $0.notAfter < now }) {
            throw bad("the certificate of \(expired.subject) expired on \(expired.expiryDate); ask for a new one")
        }
        return try FolderLock.holding(path) { () throws(CoAPError) in
            try FileWriter.makeFolder(authoritiesPath)
            var known: [IssuedCertificate] = []
            for name in outsideAuthorities {
                known += IssuedCertificate.all(in: try CredentialFiles.contents(at: "\(authoritiesPath)/\(name).pem"))
            }
            var isAuthority = true
            for (certificate, summary) in zip(certificates, summaries) {
                switch ccoap_x509_anchor(certificate.pointer) {
                case 1:
                    let isKnown = (certificates + known).contains { other in
                        other.mayHaveSigned(certificate) && ccoap_x509_anchor(other.pointer) == 1
                    }
                    guard isKnown else {
                        throw bad(
                            "\(summary.subject) was certified by another authority, whose certificate is needed too; put both "
                                + "in one file")
                    }
                case 0:
                    guard certificates.count == 1 else {
                        throw bad("\(summary.subject) is a device's own certificate; import it from a file of its own")
                    }
                    isAuthority = false
                case -1:
                    throw bad(
                        "\(summary.subject) is no authority, and was signed by one; import that one's certificate instead"
                    )
                default:
                    throw bad(
                        "\(summary.subject) does not say whether it may sign others; have it made anew, with basicConstraints"
                    )
                }
            }
            return try place(certificates, summaries, from: source, named: name, isAuthority: isAuthority)
        }
    }

    private func place(
        _ certificates: [IssuedCertificate], _ summaries: [CertificateSummary], from source: String,
        named name: String?,
        isAuthority: Bool
    ) throws(CoAPError) -> ImportReport {
        let fingerprints = Set(summaries.map(\.fingerprint))
        for there in outsideAuthorities {
            let path = "\(authoritiesPath)/\(there).pem"
            var held: Set<[UInt8]> = []
            for certificate in IssuedCertificate.all(in: try CredentialFiles.contents(at: path)) {
                held.insert(try certificate.summary().fingerprint)
            }
            if held.isSuperset(of: fingerprints) {
                return ImportReport(path: path, certificates: summaries, isAuthority: isAuthority, wasAdded: false)
            }
        }
        let name = name ?? Self.name(of: source, summaries)
        let path = "\(authoritiesPath)/\(name).pem"
        guard !FileWriter.exists(path) else {
            throw CoAPError(
                .invalidArgument,
                "\(PrintableText.escaped(path.utf8)) is there and is another one; give this one a name with --name")
        }
        var pem: [UInt8] = []
        for certificate in certificates { pem += try certificate.pem() }
        try FileWriter.write(pem, to: path)
        return ImportReport(path: path, certificates: summaries, isAuthority: isAuthority, wasAdded: true)
    }

    private static func name(of source: String, _ summaries: [CertificateSummary]) -> String {
        let file = source.split(separator: "/").last.map(String.init) ?? ""
        let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
        do {
            try checkName(stem)
            return stem
        } catch {
            return "authority-\(Hexadecimal.encode(summaries.first.map { Array($0.fingerprint.prefix(4)) } ?? []))"
        }
    }

    private static func holdsPrivateKey(_ bytes: [UInt8]) -> Bool {
        let mark = Array("PRIVATE KEY-----".utf8)
        guard bytes.count >= mark.count else { return false }
        return (0...bytes.count - mark.count).contains { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
    }
}
