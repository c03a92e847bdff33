// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAPCredentials

/// Which kinds of credentials a command is about.
struct CredentialKindOptions: ParsableArguments {
    @Flag(help: "Only a pre-shared key; both without either.")
    var psk = false

    @Flag(help: "Only a certificate.")
    var certificate = false

    /// The kinds.
    var kinds: CredentialKinds {
        switch (psk, certificate) {
        case (true, false): .preSharedKey
        case (false, true): .certificate
        default: .both
        }
    }
}
