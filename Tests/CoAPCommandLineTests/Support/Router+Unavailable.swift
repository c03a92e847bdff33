// SPDX-License-Identifier: Apache-2.0

import CoAP

extension Router {
    /// Makes `/n`, which reads 111, is unavailable when it is read the second time, and reads 333, 444 and so on from then on.
    func unavailableOnce() -> ObservableResource {
        let reads = Locked(0)
        return observable("n") { _, _ in
            let number = reads.withLock { reads in
                reads += 1
                return reads
            }
            var response = number == 2 ? Response(.serviceUnavailable) : Response(text: "\(number * 111)")
            // The value is old before the server wants to be asked again.
            response.options.maxAge = number == 2 ? 3 : 1
            return response
        }
    }
}
