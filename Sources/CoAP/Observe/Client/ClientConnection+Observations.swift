// SPDX-License-Identifier: Apache-2.0

extension ClientConnection {
    /// Has observations register anew whose session is replaced or gone.
    ///
    /// - Parameter proceed: what makes the next session; it sees the old one without them.
    func moveObservations(from link: ClientLink, _ proceed: () -> Void) {
        let moved = observations.values.filter { $0.link === link }
        for observation in moved { observation.leave(link) }
        proceed()
        for observation in moved { observation.moved() }
    }

    /// Ends all observations.
    func endObservations(_ error: CoAPError) {
        let ended = observations.values
        observations.removeAll()
        for observation in ended { observation.closed(error) }
    }
}
