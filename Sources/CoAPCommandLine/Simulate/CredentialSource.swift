// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator

/// Where a simulation has its devices' credentials from.
protocol CredentialSource: Sendable {
    /// What a device proves itself by, at this moment.
    ///
    /// - Throws: `CoAPError` when there is nothing for it.
    func security(for device: Device) throws(CoAPError) -> ClientSecurity
}

extension DeviceCredentials: CredentialSource {}
