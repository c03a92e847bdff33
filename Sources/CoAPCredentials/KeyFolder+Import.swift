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
    /// The authorities' revocation lists are taken from the same file. A file that was imported before and has newer lists now
    /// renews them.
    ///
    /// - Parameters:
    ///   - source: a PEM file with the certificate, or with an authority's and that of the one above it.
    ///   - name: what to call it here; the file's name without its ending, or digits of the fingerprint, when nil.
    /// - Throws: `CoAPError`: `fileUnavailable` when the file cannot be read or the folder not be written;
    ///   `invalidCredentials` for a private key, a certificate or list that has expired, a list that no authority in the file
    ///   signed, or a certificate that cannot be believed by itself;
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
        let lists = try RevocationList.all(in: bytes, name: source)
        let now = Int64(time(nil))
        if let expired = summaries.first(where: { $0.notAfter < now }) {
            throw bad("the certificate of \(expired.subject) expired on \(expired.expiryDate); ask for a new one")
        }
        return try FolderLock.holding(path) { () throws(CoAPError) in
            let register = try register()
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
            let signed = try Self.signed(lists, by: certificates, summaries, now: now, bad)
            var report = try place(
                certificates, summaries, signed, from: source, named: name, isAuthority: isAuthority)
            let refused = register.certificates.first { entry in
                entry.isOver(at: now) && summaries.contains { Hexadecimal.encode($0.fingerprint) == entry.fingerprint }
            }
            report.refusedSince = refused?.until.map { CalendarDate($0.seconds).description }
            return report
        }
    }

    /// A revocation list and the authority that signed it.
    private typealias SignedList = (list: RevocationList, signer: IssuedCertificate)

    /// The lists with the authorities that signed them.
    private static func signed(
        _ lists: [RevocationList], by certificates: [IssuedCertificate], _ summaries: [CertificateSummary], now: Int64,
        _ bad: (String) -> CoAPError
    ) throws(CoAPError) -> [SignedList] {
        var all: [SignedList] = []
        for list in lists {
            let index = certificates.indices.first { index in
                ccoap_x509_anchor(certificates[index].pointer) == 1 && list.isSigned(by: certificates[index])
            }
            guard let index else {
                throw bad(
                    "a revocation list in it is not signed by an authority in it; put that one's certificate in, too")
            }
            let (signer, subject) = (certificates[index], summaries[index].subject)
            guard signer.maySignLists else { throw bad("\(subject) may not sign the revocation list that is in it") }
            guard list.nextUpdate == 0 || list.nextUpdate >= now else {
                throw bad(
                    "the revocation list of \(subject) ran out on \(CalendarDate(list.nextUpdate)), and every device of it "
                        + "would be refused; ask for a new one")
            }
            all.append((list, signer))
        }
        return all
    }

    /// Puts lists in the place of older ones of the same authority; returns how many it took.
    private static func renew(_ lists: inout [RevocationList], by new: [SignedList]) -> Int {
        var count = 0
        for (list, signer) in new {
            let old = lists.filter { $0.isSigned(by: signer) }
            guard old.allSatisfy({ list.isNewer(than: $0) }) else { continue }
            lists.removeAll { there in old.contains { $0 === there } }
            lists.append(list)
            count += 1
        }
        return count
    }

    private static func pem(
        _ certificates: [IssuedCertificate], _ lists: [RevocationList], _ source: String
    ) throws(CoAPError) -> [UInt8] {
        var pem: [UInt8] = []
        for certificate in certificates { pem += try certificate.pem() }
        for list in lists { pem += try list.pem() }
        guard pem.count <= CredentialFiles.maximumSize else {
            throw CredentialFiles.unavailable(
                source, "its certificates and lists take more than \(CredentialFiles.maximumSize >> 20) MiB")
        }
        return pem
    }

    private func place(
        _ certificates: [IssuedCertificate], _ summaries: [CertificateSummary], _ lists: [SignedList],
        from source: String, named name: String?, isAuthority: Bool
    ) throws(CoAPError) -> ImportReport {
        let fingerprints = Set(summaries.map(\.fingerprint))
        for there in outsideAuthorities {
            let path = "\(authoritiesPath)/\(there).pem"
            let bytes = try CredentialFiles.contents(at: path)
            let kept = IssuedCertificate.all(in: bytes)
            var held: Set<[UInt8]> = []
            for certificate in kept { held.insert(try certificate.summary().fingerprint) }
            guard held.isSuperset(of: fingerprints) else { continue }
            var present = lists.isEmpty ? [] : try RevocationList.all(in: bytes, name: path)
            let count = Self.renew(&present, by: lists)
            if count > 0 { try FileWriter.write(try Self.pem(kept, present, source), to: path, replaces: true) }
            return ImportReport(
                path: path, certificates: summaries, isAuthority: isAuthority, wasAdded: false, revocationLists: count)
        }
        let name = name ?? Self.name(of: source, summaries)
        let path = "\(authoritiesPath)/\(name).pem"
        guard !FileWriter.exists(path) else {
            throw CoAPError(
                .invalidArgument,
                "\(PrintableText.escaped(path.utf8)) is there and is another one; give this one a name with --name")
        }
        var taken: [RevocationList] = []
        let count = Self.renew(&taken, by: lists)
        try FileWriter.write(try Self.pem(certificates, taken, source), to: path)
        return ImportReport(
            path: path, certificates: summaries, isAuthority: isAuthority, wasAdded: true, revocationLists: count)
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
