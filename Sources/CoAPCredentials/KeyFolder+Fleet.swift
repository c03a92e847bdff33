// SPDX-License-Identifier: Apache-2.0

public import CoAP

extension KeyFolder {
    /// Adds many devices at once, named by a prefix and a number: `pump-0001`.
    ///
    /// None is added when one of the names is taken. The file of keys is written once, when all certificates are there.
    ///
    /// - Parameters:
    ///   - count: how many, 1 to 100,000.
    ///   - prefix: what the names begin with.
    ///   - kinds: what to make for each.
    ///   - digits: how many digits a number has at least, 1 to 9; nil for as many as the last one needs.
    ///   - days: as for ``addDevice(named:_:days:again:)``.
    ///   - progress: is told after each certificate how many there are.
    /// - Returns: the names.
    /// - Throws: `CoAPError`: `invalidArgument` for a bad prefix, count, or number of digits or days; `invalidCredentials` when a name is
    ///   taken, or as ``initialize(hostNames:newRegister:revoked:)``; `fileUnavailable`.
    public func addFleet(
        of count: Int, prefix: String, _ kinds: CredentialKinds = .both, digits: Int? = nil, days: Int? = nil,
        progress: (Int) -> Void = { _ in }
    ) throws(CoAPError) -> [String] {
        guard (1...PreSharedKeyFile.maximumEntries).contains(count) else {
            throw CoAPError(
                .invalidArgument, "a fleet has 1 to \(PreSharedKeyFile.maximumEntries) devices, not \(count)")
        }
        try Self.checkDays(days)
        let width = digits ?? "\(count)".count
        guard (1...9).contains(width) else {
            throw CoAPError(.invalidArgument, "a number has 1 to 9 digits at least, not \(width)")
        }
        let names = (1...count).map { number in
            let digits = "\(number)"
            return prefix + String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        // None is longer than this one.
        try Self.checkName(names[count - 1])
        try require(preSharedKeysPath, else: initCommand)
        if kinds.contains(.certificate) { try require(certificateAuthorityPath, else: initCommand) }
        return try changing { (draft) throws(CoAPError) in
            try refuseTaken(names, in: draft)
            if kinds.contains(.preSharedKey) { try draft.keys.requireRoom(for: count) }
            if kinds.contains(.certificate) { try certify(names, days: days, &draft, progress) }
            if kinds.contains(.preSharedKey) {
                let end = days.map { draft.now + Int64($0) * Contents.day }
                for name in names { draft.keys.keys.append(try Self.randomKey(identity: name, notAfter: end)) }
            }
            return names
        }.value
    }

    private func refuseTaken(_ names: [String], in draft: FolderDraft) throws(CoAPError) {
        var taken = Set(draft.keys.keys.flatMap { [$0.identity, $0.holder] })
        taken.formUnion(certifiedDevices.map { Array($0.utf8) })
        taken.formUnion(draft.register.revoked.map { Array($0.device.utf8) })
        guard let first = names.first(where: { taken.contains(Array($0.utf8)) }) else { return }
        let number = names.count { taken.contains(Array($0.utf8)) }
        let others = number > 1 ? " and \(number - 1) more of these names" : ""
        throw CoAPError(
            .invalidCredentials,
            "'\(first)'\(others) are taken or were revoked, and nothing is overwritten; take another --prefix")
    }

    /// Makes the certificates, and takes them all back when one cannot be made.
    private func certify(
        _ names: [String], days: Int?, _ draft: inout FolderDraft, _ progress: (Int) -> Void
    ) throws(CoAPError) {
        let authority = try loadAuthority()
        var entries: [DeviceRegister.Certificate] = []
        entries.reserveCapacity(names.count)
        var files: [String] = []
        do throws(CoAPError) {
            for name in names {
                let contents = try Self.contents(ofDevice: name, days: days).ending(with: authority, of: self)
                let key = try PrivateKey()
                let certificate = try authority.issue(contents, for: key)
                try FileWriter.write(try key.pem(), to: keyPath(ofDevice: name), lasts: false)
                files.append(keyPath(ofDevice: name))
                try FileWriter.write(try certificate.pem(), to: certificatePath(ofDevice: name), lasts: false)
                files.append(certificatePath(ofDevice: name))
                entries.append(try DeviceRegister.entry(certificate, of: name))
                progress(entries.count)
            }
        } catch {
            for path in files { try? FileWriter.remove(path) }
            throw error
        }
        FileWriter.syncAll(in: devicesPath)
        draft.register.certificates += entries
    }
}
