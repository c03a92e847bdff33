// SPDX-License-Identifier: Apache-2.0

package import CoAP

extension KeyFolder {
    /// What `crl.pem` is to be.
    struct RevocationLists {
        /// The new text, empty where no list is needed any more; nil when the present one stays.
        var made: [UInt8]?
        /// True when every list in it is a new one.
        var areAllNew = false
        /// True when a list lags behind because its authority's key is not here, or the file is damaged.
        var isBehind = false
    }

    /// The list of each own authority with every certificate of it that is good no more, when one of them is not on its present
    /// one.
    func revocationLists(_ draft: FolderDraft) throws(CoAPError) -> RevocationLists {
        let due = draft.register.refused(at: draft.now)
        guard !due.isEmpty || draft.authorities != nil else { return RevocationLists() }
        let there: [RevocationList]
        do throws(CoAPError) {
            there = try presentLists()
        } catch {
            // Only the damaged file may tell of whom an authority above refuses, so it stays, and no server starts with it. It keeps
            // nobody from being revoked.
            guard draft.authorities == nil else { throw error }
            return RevocationLists(isBehind: true)
        }
        let authorities = draft.authorities ?? ((try? ownAuthorities()) ?? [])
        var result = RevocationLists(areAllNew: true, isBehind: authorities.isEmpty && !due.isEmpty)
        var pem: [UInt8] = []
        var count = 0
        let isAny = !due.isEmpty || there.contains { list in authorities.contains(where: list.isSigned) }
        // Those above the present one sign their lists elsewhere.
        let signers = authorities.prefix(1) + Self.old(among: authorities)
        for authority in authorities {
            let own = due.filter { Self.isIssued($0, by: authority, of: authorities) }
            let present = there.first { $0.isSigned(by: authority) }
            // Beside another's list other programs want one of each, which may name nobody.
            let isNeeded = Self.isNeeded(own, beside: present, at: draft.now)
            if isNeeded || isAny && present == nil, signers.contains(where: { $0 === authority }),
                let list = revocationList(of: authority, own, present, there, draft)
            {
                pem += try list.pem()
                count += 1
                continue
            }
            result.isBehind = result.isBehind || isNeeded
            guard let present else { continue }
            pem += try present.pem()
            result.areAllNew = false
        }
        // A list of an authority that is believed no more goes with it.
        let isLeft = draft.authorities.map { known in !there.allSatisfy { list in known.contains(where: list.isSigned) }
        }
        if count > 0 || isLeft == true { result.made = pem }
        result.areAllNew = result.areAllNew && count > 0
        return result
    }

    /// True when there has to be a list that names these.
    private static func isNeeded(
        _ due: [DeviceRegister.Certificate], beside present: RevocationList?, at now: Int64
    ) -> Bool {
        guard !due.isEmpty else { return false }
        guard let present, present.nextUpdate == 0 || present.nextUpdate >= now else { return true }
        // What the register says of the list does not count: an older copy may have been put back.
        let listed = Set(present.entries.map(\.serial))
        return due.contains { !listed.contains($0.serial) }
    }

    /// A new list of an authority; nil when its key is not here, or it may sign none.
    private func revocationList(
        of certificate: IssuedCertificate, _ due: [DeviceRegister.Certificate], _ present: RevocationList?,
        _ there: [RevocationList], _ draft: FolderDraft
    ) -> RevocationList? {
        // That of an old one may have gone already, and an old copy of the file have been put back.
        guard let authority = try? loadAuthority(certificate) else { return nil }
        // The register may have been lost, but what the authority once signed stays refused.
        let named = Set((due + draft.register.outdated(at: draft.now)).map(\.serial))
        let carried = (present?.entries ?? []).filter { !named.contains($0.serial) }
        let all = due.map { RevocationList.Entry(serial: $0.serial, date: $0.until?.seconds ?? draft.now) } + carried
        return try? authority.revoke(all, number: (there.map(\.number).max() ?? 0) + 1)
    }

    /// Why the revocation lists cannot be read; nil when they can, or there are none.
    package var damagedLists: CoAPError? {
        do throws(CoAPError) {
            _ = try presentLists()
            return nil
        } catch {
            return error
        }
    }

    /// The revocation lists that are there, none without a file.
    func presentLists() throws(CoAPError) -> [RevocationList] {
        guard !FileWriter.isMissing(revocationListPath) else { return [] }
        let pem = try CredentialFiles.contents(at: revocationListPath, maximumSize: Self.maximumListSize)
        let lists = try RevocationList.all(in: pem, name: revocationListPath)
        guard lists.isEmpty else { return lists }
        throw CoAPError(
            .invalidCredentials,
            "\(PrintableText.escaped(revocationListPath.utf8)): there is no PEM revocation list in it; it must contain "
                + "'-----BEGIN X509 CRL-----'")
    }

    /// 100,000 certificates of 60 bytes: 16 MiB.
    static let maximumListSize = 16 << 20
}
