// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Goes the way to a server step by step, at each of its addresses, and says which step fails.
package enum Doctor {
    /// Examines a server.
    ///
    /// - Throws: `CoAPError`: `invalidURI` for what is no host, `invalidCredentials` for what OpenSSL refuses, `cancelled`,
    ///   `internal`. What is wrong with the server is no error.
    package static func examine(_ subject: DiagnosisSubject) async throws(CoAPError) -> Diagnosis {
        _ = try ServerName(host: subject.uri.host)
        let started = MonotonicTime.now
        let host = PrintableText.escaped(subject.uri.host.utf8)
        let addresses: [SocketAddress]
        do throws(CoAPError) {
            addresses = try await Resolver.addresses(
                of: subject.uri.host, port: subject.uri.port, deadline: subject.patience * 2)
        } catch {
            guard error.code == .unknownHost || error.code == .timeout else { throw error }
            return Diagnosis(
                uri: subject.uri, name: .init(step: .name, verdict: .failed, line: "'\(host)' has no address"),
                nameFinding: .init(
                    step: .name,
                    finding: .init(
                        .unknownHost, "the host '\(host)' is unknown", "check its spelling and the name server"),
                    why: error.code == .timeout ? error.message : "the system has no address for this name"),
                keyIdentity: subject.keyIdentity)
        }
        let isLiteral = Resolver.literal(subject.uri.host) != nil
        let time = StepLines.milliseconds(MonotonicTime.now - started)
        let all = addresses.map(\.host).joined(separator: ", ")
        var diagnosis = Diagnosis(
            uri: subject.uri,
            name: .init(
                step: .name, verdict: .ok, line: isLiteral ? "an address already" : "\(host) is \(all) (\(time))"),
            keyIdentity: subject.keyIdentity)
        let seen = try await observe(addresses, subject)
        let now = Int64(Glibc.time(nil))
        diagnosis.addresses = seen.map { AddressDiagnosis($0, subject, now: now) }
        return diagnosis
    }

    private static func observe(
        _ addresses: [SocketAddress], _ subject: DiagnosisSubject
    ) async throws(CoAPError) -> [AddressObservation] {
        let results = await withTaskGroup(of: (Int, Result<AddressObservation, CoAPError>).self) { group in
            // More are no use to a person, and each takes a thread.
            for (index, address) in addresses.prefix(16).enumerated() {
                group.addTask { (index, await observe(address, subject)) }
            }
            var results: [(Int, Result<AddressObservation, CoAPError>)] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }
        }
        var seen: [AddressObservation] = []
        for (_, result) in results { seen.append(try result.get()) }
        guard !Task.isCancelled else {
            throw CoAPError(.cancelled, "the task was cancelled before the diagnosis was done")
        }
        return seen
    }

    private static func observe(
        _ address: SocketAddress, _ subject: DiagnosisSubject
    ) async -> Result<AddressObservation, CoAPError> {
        let isCancelled = Locked(false)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                do throws(CoAPError) {
                    try BlockingCall.start {
                        let probe = AddressProbe(
                            address: address, subject: subject, isCancelled: { isCancelled.withLock { $0 } })
                        continuation.resume(returning: Result { () throws(CoAPError) in try probe.observe() })
                    }
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        } onCancel: {
            isCancelled.withLock { $0 = true }
        }
    }
}
