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
            && (FileWriter.exists(preSharedKeysPath) || FileWriter.exists(certificateAuthorityPath))
    }

    /// Why nothing can be done without the register.
    ///
    /// - Parameter consequence: what happens until it is there, or nobody yet knows.
    package func lostRegister(_ consequence: String) -> CoAPError {
        CredentialFiles.unavailable(
            registerPath,
            "there is no such file, and it says who was revoked: \(consequence); put a copy of it back, or have a new one made "
                + "from what else is here with '\(initCommand) \(Self.newRegisterOption)' and revoke once more who is to stay out"
        )
    }

    /// The register; empty in a folder that never had one.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable` when it is lost or cannot be read, `invalidCredentials` when it makes no sense.
    func register() throws(CoAPError) -> DeviceRegister {
        guard !isRegisterLost else { throw lostRegister("without it they would be let in again") }
        return try DeviceRegister(path: registerPath)
    }

    /// Writes the register.
    func write(_ register: DeviceRegister) throws(CoAPError) {
        try FileWriter.write(try register.encoded(), to: registerPath, replaces: true)
        markRegister()
    }

    /// Remembers that there is a register, where there is one. Behind it, so that whoever is cut short in between has lost nothing;
    /// the next command does it. Where it cannot be written, a lost register is not noticed before somebody's certificate was revoked.
    func markRegister() {
        guard FileWriter.exists(registerPath), !FileWriter.exists(registerMarkPath) else { return }
        let text = "The folder has had a register.json. Without that file no server starts with these keys.\n"
        try? FileWriter.write(Array(text.utf8), to: registerMarkPath)
    }

    /// A register of what is here: the devices' certificates. One that is on its authority's list makes its device a revoked one, as
    /// one that was merely replaced is here no more.
    func remadeRegister() throws(CoAPError) -> DeviceRegister {
        var register = DeviceRegister()
        var dates: [String: Int64] = [:]
        let lists = try presentLists()
        let authorities = lists.isEmpty ? [] : try ownAuthorities()
        for list in lists where authorities.contains(where: list.isSigned) {
            for entry in list.entries { dates[entry.serial] = entry.date }
        }
        for name in certifiedDevices {
            let path = certificatePath(ofDevice: name)
            let certificate = try IssuedCertificate(pem: try CredentialFiles.contents(at: path), name: path)
            var entry = try DeviceRegister.entry(certificate, of: name)
            if let date = dates[entry.serial] {
                (entry.until, entry.isOver) = (.init(date), true)
                register.revoked.append(.init(device: name, on: .init(date)))
            }
            register.certificates.append(entry)
        }
        return register
    }
}
