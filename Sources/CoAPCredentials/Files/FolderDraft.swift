// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// What a command that changes devices works on while it holds the folder's lock.
struct FolderDraft {
    /// This moment, in seconds since 1970.
    let now = Int64(time(nil))
    var keys: PreSharedKeyFile
    var register: DeviceRegister
    /// The folder's own authorities, the present one first, where they are to be others than before.
    var authorities: [IssuedCertificate]?
    /// Files to remove when everything is written.
    var leftovers: [String] = []
}

extension KeyFolder {
    /// Runs a closure on what the folder says of its devices, and writes what it changed: first who is refused, then whom to
    /// believe and the keys.
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
            try finishReplacing()
            // Nobody else writes now, so these are of commands that were cut short; keys that were removed may be in them.
            for folder in [path, devicesPath] { try FileWriter.removeUnfinished(in: folder) }
            var draft = FolderDraft(
                keys: try PreSharedKeyFile(path: preSharedKeysPath), register: try register())
            let before = draft
            let value = try body(&draft)
            // First of all, as it may be too large.
            let keys = draft.keys.keys == before.keys.keys ? nil : try draft.keys.encoded()
            let lists = try revocationLists(draft)
            draft.register.prune(now: draft.now, isListed: !lists.areAllNew)
            try write(draft.register, over: before.register)
            // Before the lists: a new one's is not there without it, and an old one is not believed without its list.
            try writeAuthorities(draft)
            if let made = lists.made {
                if made.isEmpty {
                    try FileWriter.remove(revocationListPath)
                } else {
                    try FileWriter.write(made, to: revocationListPath, replaces: true)
                }
            }
            if let keys { try FileWriter.write(keys, to: preSharedKeysPath, replaces: true) }
            for path in draft.leftovers { try FileWriter.remove(path) }
            return (value, lists.isBehind)
        }
    }

    private func writeAuthorities(_ draft: FolderDraft) throws(CoAPError) {
        guard let authorities = draft.authorities else { return }
        var pem: [UInt8] = []
        for authority in authorities { pem += try authority.pem() }
        try FileWriter.write(pem, to: certificateAuthorityPath, replaces: true)
        try finishReplacing()
    }
}
