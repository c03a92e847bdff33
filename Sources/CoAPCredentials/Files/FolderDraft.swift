// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// What a command that changes devices works on while it holds the folder's lock.
struct FolderDraft {
    /// This moment, in seconds since 1970.
    let now = Int64(time(nil))
    var keys: PreSharedKeyFile
    var register: DeviceRegister
    /// Files to remove when everything is written.
    var leftovers: [String] = []
}

extension KeyFolder {
    /// Runs a closure on what the folder says of its devices, and writes what it changed: first who is refused, then the keys.
    ///
    /// - Parameter body: gets the draft; when it throws, both files stay as they are.
    /// - Returns: what the closure returned, and whether the revocation list lags behind because the authority's key is not
    ///   here.
    func changing<Value>(
        _ body: (inout FolderDraft) throws(CoAPError) -> Value
    ) throws(CoAPError) -> (value: Value, isListBehind: Bool) {
        try require(preSharedKeysPath, else: initCommand)
        return try FolderLock.holding(path) { () throws(CoAPError) in
            try FileWriter.makeFolder(devicesPath)
            try checkModes()
            // Nobody else writes now, so these are of commands that were cut short; keys that were removed may be in them.
            for folder in [path, devicesPath] { try FileWriter.removeUnfinished(in: folder) }
            var draft = FolderDraft(
                keys: try PreSharedKeyFile(path: preSharedKeysPath), register: try register())
            let before = draft
            let value = try body(&draft)
            // First of all, as it may be too large.
            let keys = draft.keys.keys == before.keys.keys ? nil : try draft.keys.encoded()
            let list = try revocationList(draft)
            draft.register.prune(now: draft.now, isListed: list.made == nil)
            if draft.register != before.register { try write(draft.register) } else { markRegister() }
            if let made = list.made { try FileWriter.write(try made.pem(), to: revocationListPath, replaces: true) }
            if let keys { try FileWriter.write(keys, to: preSharedKeysPath, replaces: true) }
            for path in draft.leftovers { try FileWriter.remove(path) }
            return (value, list.isBehind)
        }
    }

    /// The list with every certificate that is good no more, when one of them is not on the present one.
    private func revocationList(
        _ draft: FolderDraft
    ) throws(CoAPError) -> (made: RevocationList?, isBehind: Bool) {
        let now = draft.now
        let due = draft.register.refused(at: now)
        guard !due.isEmpty else { return (nil, false) }
        let there = try? presentList()
        let own = try? ownCertificate()
        let present = there.flatMap { list in own.map { list.isSigned(by: $0) } == true ? list : nil }
        let entries = present?.entries ?? []
        // What the register says of the list does not count: an older copy may have been put back.
        let listed = Set(entries.map(\.serial))
        let isGood = present.map { $0.nextUpdate == 0 || $0.nextUpdate >= now } ?? false
        guard !isGood || due.contains(where: { !listed.contains($0.serial) }) else { return (nil, false) }
        guard FileWriter.exists(authorityKeyPath), FileWriter.exists(certificateAuthorityPath) else {
            return (nil, true)
        }
        let authority = try loadAuthority()
        // The register may have been lost, but what the authority once signed stays refused.
        let named = Set((due + draft.register.outdated(at: now)).map(\.serial))
        let carried = entries.filter { !named.contains($0.serial) }
        let all = due.map { RevocationList.Entry(serial: $0.serial, date: $0.until?.seconds ?? now) } + carried
        guard let list = try? authority.revoke(all, number: (there?.number ?? 0) + 1) else { return (nil, true) }
        return (list, false)
    }

    /// The authority's certificate.
    func ownCertificate() throws(CoAPError) -> IssuedCertificate {
        try IssuedCertificate(
            pem: try CredentialFiles.contents(at: certificateAuthorityPath), name: certificateAuthorityPath)
    }

    /// The revocation list that is there; nil without one.
    func presentList() throws(CoAPError) -> RevocationList? {
        guard !FileWriter.isMissing(revocationListPath) else { return nil }
        return try RevocationList(
            pem: try CredentialFiles.contents(at: revocationListPath, maximumSize: Self.maximumListSize),
            name: revocationListPath)
    }

    /// 100,000 certificates of 60 bytes: 16 MiB.
    static let maximumListSize = 16 << 20
}
