// SPDX-License-Identifier: Apache-2.0

package import CoAP

// The register of devices, and what becomes of a folder that has lost it: who was revoked must not come in again by that.
extension KeyFolder {
    /// Says that there was a register once, also when nobody was revoked whom a list could name. A folder that is older than the
    /// register, or was made by hand, has none until a command has something to remember.
    var registerMarkPath: String { file(".registered") }

    /// The option of `coap keys init` that goes on without what the register said.
    static let newRegisterOption = "--new-register"

    /// True when the folder had a register and has none any more; false for a folder in which nobody is let in by anything.
    package var isRegisterLost: Bool {
        FileWriter.isMissing(registerPath)
            && (FileWriter.exists(registerMarkPath) || FileWriter.exists(revocationListPath))
            && (FileWriter.exists(preSharedKeysPath) || FileWriter.exists(certificateAuthorityPath)
                || !outsideAuthorities.isEmpty)
    }

    /// Why nothing can be done without the register.
    ///
    /// - Parameter consequence: what happens until it is there, or nobody yet knows.
    package func lostRegister(_ consequence: String) -> CoAPError {
        CredentialFiles.unavailable(
            registerPath,
            "there is no such file, and it says who was revoked: \(consequence); put a copy of it back, or have a new one made "
                + "from what else is here with '\(initCommand) \(Self.newRegisterOption)', and name with --revoked NAME each who is "
                + "to stay out"
        )
    }

    /// The register; empty in a folder that never had one.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable` when it is lost or cannot be read, `invalidCredentials` when it makes no sense.
    func register() throws(CoAPError) -> DeviceRegister {
        guard !isRegisterLost else { throw lostRegister("without it they would be let in again") }
        return try DeviceRegister(path: registerPath)
    }

    /// Writes the register where it is another one than before, and remembers that there is one.
    ///
    /// The mark comes behind it, so that whoever is cut short in between has lost nothing; the next command makes it. Where it cannot
    /// be written, a lost register is not noticed before somebody's certificate was revoked.
    func write(_ register: DeviceRegister, over before: DeviceRegister? = nil) throws(CoAPError) {
        if register != before {
            try FileWriter.write(try register.encoded(), to: registerPath, replaces: true)
        }
        guard FileWriter.exists(registerPath), !FileWriter.exists(registerMarkPath) else { return }
        let text = "The folder has had a register.json. Without that file no server starts with these keys.\n"
        try? FileWriter.write(Array(text.utf8), to: registerMarkPath)
    }

    /// A register of what is here: the devices' certificates, and all that the authorities' lists name. A device's certificate that
    /// is on its authority's list makes it a revoked one, as one that was merely replaced is here no more.
    ///
    /// - Parameter devices: who is revoked besides.
    func remadeRegister(revoking devices: [String], now: Int64) throws(CoAPError) -> DeviceRegister {
        var register = DeviceRegister()
        var listed = try listedCertificates()
        for name in certifiedDevices {
            let path = certificatePath(ofDevice: name)
            let certificate = try IssuedCertificate(pem: try CredentialFiles.contents(at: path), name: path)
            var entry = try DeviceRegister.entry(certificate, of: name)
            if let index = listed[entry.serial]?.firstIndex(where: { $0.isListed(as: entry) }),
                let known = listed[entry.serial]?.remove(at: index), let date = known.until
            {
                (entry.until, entry.isOver) = (date, true)
                register.revoked.append(.init(device: name, on: date))
            }
            register.certificates.append(entry)
        }
        // The list may be removed one day, and what it names is to be on the next one.
        register.certificates += listed.values.joined().sorted { $0.serial < $1.serial }
        for name in devices {
            _ = register.retire(name, until: now - 1, now: now)
            if register.revocation(of: name) == nil {
                register.revoked.append(.init(device: name, on: .init(now)))
            }
        }
        return register
    }

    /// What the lists of the folder's authorities name, by serial number. None is good any longer than its authority.
    private func listedCertificates() throws(CoAPError) -> [String: [DeviceRegister.Certificate]] {
        let lists = try presentLists()
        let authorities = lists.isEmpty ? [] : try ownAuthorities()
        var listed: [String: [DeviceRegister.Certificate]] = [:]
        for list in lists {
            guard let signer = authorities.first(where: list.isSigned) else { continue }
            let end = DeviceRegister.Moment(try signer.validity().notAfter)
            for entry in list.entries {
                var known = DeviceRegister.Certificate(
                    device: "", serial: entry.serial, fingerprint: "", expires: end, authority: signer.keyIdentifier)
                (known.until, known.isOver) = (.init(entry.date), true)
                listed[entry.serial, default: []].append(known)
            }
        }
        return listed
    }
}
