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
            var draft = FolderDraft(
                keys: try PreSharedKeyFile(path: preSharedKeysPath), register: try DeviceRegister(path: registerPath))
            let before = draft
            let value = try body(&draft)
            draft.register.prune(now: draft.now)
            let list = try revocationList(&draft)
            if draft.register != before.register {
                try FileWriter.write(try draft.register.encoded(), to: registerPath, replaces: true)
            }
            if let made = list.made { try FileWriter.write(try made.pem(), to: revocationListPath, replaces: true) }
            if draft.keys.keys != before.keys.keys {
                try FileWriter.write(try draft.keys.encoded(), to: preSharedKeysPath, replaces: true)
            }
            for path in draft.leftovers { try FileWriter.remove(path) }
            return (value, list.isBehind)
        }
    }

    /// The list with every certificate that is good no more, when one of them is not on it yet.
    private func revocationList(
        _ draft: inout FolderDraft
    ) throws(CoAPError) -> (made: RevocationList?, isBehind: Bool) {
        let now = draft.now
        func isDue(_ entry: DeviceRegister.Certificate) -> Bool {
            entry.isForeign != true && entry.until.map { $0.seconds <= now } ?? false
        }
        let due = draft.register.certificates.filter(isDue)
        let isNew = due.contains { $0.isListed != true }
        guard isNew || !due.isEmpty && !FileWriter.exists(revocationListPath) else { return (nil, false) }
        guard FileWriter.exists(authorityKeyPath), FileWriter.exists(certificateAuthorityPath) else {
            return (nil, true)
        }
        let authority = try loadAuthority()
        // What an earlier list said does not matter: this one names everything again.
        let number = (try? presentList())?.number ?? 0
        guard let list = try? authority.revoke(due, number: number + 1) else { return (nil, true) }
        for index in draft.register.certificates.indices where isDue(draft.register.certificates[index]) {
            draft.register.certificates[index].isListed = true
        }
        return (list, false)
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
