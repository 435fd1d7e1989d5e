// A clinic's day sheet: Express and knex. Patient and room of every appointment are fetched one by one.
import express from 'express';
import knexFactory from 'knex';

const knex = knexFactory({ client: 'pg', connection: process.argv[2], pool: { min: 2, max: 8 } });
const app = express();
app.get('/days/:day', async (request, response) => {
  const appointments = await knex('appointments')
    .where({ day: Number(request.params.day) })
    .limit(60);
  const rows = [];
  for (const appointment of appointments) {
    const patient = await knex('patients').where({ patient_id: appointment.patient_id }).first('name');
    rows.push({ at: appointment.starts_at, patient: patient?.name });
  }
  response.json(rows);
});
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
