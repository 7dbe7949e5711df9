/** The page to vote on: Flask, which puts each vote into a list in redis. */
export const VOTE_APP = `from flask import Flask, g, make_response, render_template, request
from redis import Redis
import json
import logging
import os
import random
import socket

option_a = os.getenv('OPTION_A', 'Cats')
option_b = os.getenv('OPTION_B', 'Dogs')
hostname = socket.gethostname()

app = Flask(__name__)
app.logger.setLevel(logging.INFO)


def get_redis():
    if not hasattr(g, 'redis'):
        g.redis = Redis(host='redis', db=0, socket_timeout=5)
    return g.redis


@app.route('/', methods=['POST', 'GET'])
def hello():
    voter_id = request.cookies.get('voter_id') or hex(random.getrandbits(64))[2:-1]
    vote = None
    if request.method == 'POST':
        vote = request.form['vote']
        app.logger.info('Received vote for %s', vote)
        get_redis().rpush('votes', json.dumps({'voter_id': voter_id, 'vote': vote}))
    page = render_template('index.html', option_a=option_a, option_b=option_b, hostname=hostname, vote=vote)
    response = make_response(page)
    response.set_cookie('voter_id', voter_id)
    return response


if __name__ == '__main__':
    app.run(host='0.0.0.0', port=80, debug=os.getenv('FLASK_ENV') == 'development', threaded=True)
`

export const VOTE_PAGE = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{{option_a}} vs {{option_b}}!</title>
    <style>
      body { margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 1.2rem; font: 18px system-ui; background: #f4f7fb; color: #17223b; text-align: center }
      button { font: inherit; font-size: 2rem; width: 16rem; padding: 1.6rem; border: 0; border-radius: 12px; color: #fff; cursor: pointer; margin: .3rem }
      #a { background: #1aaaf8 } #b { background: #00cbca }
      button.chosen { outline: 5px solid #17223b; outline-offset: -12px }
      small { color: #5b6880 }
    </style>
  </head>
  <body>
    <h1>{{option_a}} vs {{option_b}}!</h1>
    <form method="POST">
      <button id="a" name="vote" value="a" class="{{ 'chosen' if vote == 'a' }}">{{option_a}}</button>
      <button id="b" name="vote" value="b" class="{{ 'chosen' if vote == 'b' }}">{{option_b}}</button>
    </form>
    <p>(Tip: you can change your vote)</p>
    <small>Processed by container ID {{hostname}}</small>
  </body>
</html>
`
export const VOTE_REQUIREMENTS = 'Flask\nRedis\n'
