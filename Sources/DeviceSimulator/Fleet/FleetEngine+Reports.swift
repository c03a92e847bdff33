// SPDX-License-Identifier: Apache-2.0

import CoAP

extension FleetEngine {
    /// Looks whether a value is one to be reported by itself.
    func watch(_ index: Int, _ sample: Sample, at time: Double) {
        guard let form = forms[clients[index].group], case .change(let step, _) = form.plan.trigger,
            clients[index].phase != .off, sample.value.isFinite, clients[index].nextTaking > time,
            let place = form.resources.firstIndex(of: sample.resource)
        else { return }
        let told = clients[index].told
        // What was never told is news.
        guard told.isEmpty || !told[place].isFinite || abs(sample.value - told[place]) >= step else { return }
        takeNext(index, at: time)
    }

    /// Sets when a device takes values next. An entry that comes earlier is left where it is and put off when it is due: a device has
    /// two at most.
    func takeNext(_ index: Int, at time: Double) {
        clients[index].nextTaking = time
        guard time < clients[index].queuedTaking else { return }
        takingsDue.add(index, at: time)
        if clients[index].queuedTaking == .infinity { clients[index].queuedTaking = time }
    }

    /// An entry of a device has come up.
    func takingIsDue(_ due: (device: Int, time: Double), at time: Double) {
        let index = due.device
        if clients[index].queuedTaking == due.time { clients[index].queuedTaking = .infinity }
        if clients[index].nextTaking > time {
            takeNext(index, at: clients[index].nextTaking)
        } else {
            take(index, at: time)
        }
    }

    /// Takes the values of a device for a report.
    func take(_ index: Int, at time: Double) {
        guard !isDraining, let form = forms[clients[index].group] else { return }
        if clients[index].phase == .off {
            clients[index].phase = .resting
            proceed(index)
        }
        let device = fleet.devices[index]
        if device.time < time { step(index, to: time) }
        let values = form.resources.map { device.value(of: $0) ?? .nan }
        let taken = form.resources.compactMap { device.sample(of: $0)?.time }.max()
        let wait: Double
        switch form.plan.trigger {
        case .every(let period): wait = period
        case .change(_, let atLatest):
            wait = atLatest
            clients[index].told = values
        }
        // Never twice at one moment.
        takeNext(index, at: time + max(wait, 1e-3))
        guard values.contains(where: \.isFinite) else { return }
        clients[index].takings.append(ReportForm.Taking(time: epoch + (taken ?? time), values: values))
        if clients[index].takings.count >= form.plan.batch { makeReport(index) }
    }

    /// Makes a report of what was taken, and has it sent.
    func makeReport(_ index: Int) {
        guard let form = forms[clients[index].group] else { return }
        let number = clients[index].number + 1
        let payload = form.payload(number: number, device: fleet.devices[index].name, clients[index].takings)
        clients[index].takings.removeAll(keepingCapacity: form.plan.batch > 1)
        guard let payload else { return }
        clients[index].number = number
        let lost = clients[index].queue.add(
            StoredReport(number: number, payload: payload), limit: form.capacity, keepsFirst: clients[index].isAsking)
        clients[index].reports.made += 1
        clients[index].reports.lost += UInt32(lost)
        count {
            $0.reportsMade += 1
            $0.reportsLost += lost
            $0.reportsWaiting += 1 - lost
        }
        proceed(index)
    }
}
