// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Glibc

/// The system's limit on what a process has open: each session of a device takes a socket, each flow through a relay two.
public enum OpenFiles {
    /// What a process has open beside its devices, at most.
    public static let reserve = 512

    /// Raises the limit as far as the system lets it, where so many more than ``reserve`` are needed.
    ///
    /// - Parameter count: how many sockets are wanted at once.
    /// - Returns: how many files the process may have open now.
    /// - Throws: `CoAPError` with code `limitReached` when the system does not let that many be open.
    @discardableResult
    public static func allow(_ count: Int) throws(CoAPError) -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 0 }
        let needed = count + reserve
        if limit.rlim_cur < rlim_t(needed), limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        let allowed = Int(clamping: limit.rlim_cur)
        guard allowed >= needed else {
            throw CoAPError(
                .limitReached,
                "\(count) sockets are needed, and the system lets this process have \(allowed) files open, some \(reserve) of them for "
                    + "other things: raise the hard limit (ulimit -Hn \(needed), or LimitNOFILE= of a service), or take fewer devices"
            )
        }
        return allowed
    }
}
